import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { Applier, type ApplierOptions } from '../../src/cluster/applier.ts';
import { type Change, type ChangeRef, encodeChange } from '../../src/cluster/change.ts';
import { closeConnection } from '../../src/cluster/connection.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import { makeStream } from './log-streams.ts';
import { type NatsServer, startNats } from './nats-server.ts';
import { ScratchCopy } from './scratch-copy.ts';
import { until } from './until.ts';

export const STREAM = 'farad-state-0';

let changes = 0;

/** A change that puts `value` under the key `k` of its charge point. */
export function change(scope: string, base: ChangeRef, value = scope): Change {
  const id = `a.${++changes}`;
  const puts = [['things', Buffer.from(`${scope}/k`), Buffer.from(value)]] as const;
  return { id, scope, base, node: 'a', puts, deletes: [], rows: [] };
}

/** What a copy shows such a change as. */
export const key = (scope: string): string => `things ${Buffer.from(`${scope}/k`).toString('hex')}`;

export interface Setup {
  readonly server: NatsServer;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
  readonly registry: Registry;
  /** Puts it into the stream, whatever it is based on; returns how the next one names it. */
  publish(change: Change): Promise<ChangeRef>;
}

/** A server with one stream of changes, made with these differences. */
export async function setUp(stream: Parameters<typeof makeStream>[1] = {}): Promise<Setup> {
  const server = await startNats();
  const connection = await connect({
    servers: server.url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  onTestFinished(() => closeConnection(connection));
  await makeStream(connection, stream);
  const client = jetstream(connection);
  const publish = async (one: Change): Promise<ChangeRef> => {
    const { subject } = placeOfChargePoint(one.scope, 1);
    const { seq } = await client.publish(subject, encodeChange(one));
    return { seq, id: one.id };
  };
  const registry = createRegistry({ process: 'replica' });
  return { server, connection, client, registry, manager: await jetstreamManager(connection), publish };
}

export function newCopy(): ScratchCopy {
  return new ScratchCopy('things');
}

export function startApplier(
  { connection, registry }: Pick<Setup, 'connection' | 'registry'>,
  copy: ScratchCopy,
  lostAfterMs = 500,
  periods?: ApplierOptions['periods'],
): Applier {
  const applier = new Applier({
    connection,
    stream: STREAM,
    identity: 'log-1',
    subjectOf: (scope) =>
      scope === 'not of this stream' ? 'farad.state.1.other' : placeOfChargePoint(scope, 1).subject,
    lostAfterMs,
    copy,
    registry,
    log: pino({ level: 'silent' }),
    ...(periods && { periods }),
  });
  onTestFinished(() => applier.stop());
  return applier;
}

export async function appliedUpTo(copy: ScratchCopy, seq: number): Promise<void> {
  await until(`the copy is at ${seq}`, () => {
    copy.environment.endRead();
    return copy.position(STREAM).seq >= seq;
  });
}

export function reasonOf(applier: Applier): Promise<string> {
  return until('it halts', () => applier.trouble()?.reason);
}
