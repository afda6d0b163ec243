import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { StreamCopied } from '../link/cluster-status.ts';
import type { ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import { createRegistry } from '../telemetry/metrics.ts';
import { Appliers } from './appliers.ts';

/** For so long the copy may come no further, ms. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** A place in each stream. */
export type Positions = ReadonlyMap<string, number>;

export interface CatchUpOptions {
  readonly cluster: Config['cluster'];
  readonly connection: NatsConnection;
  readonly environments: ReplicatedEnvironments;
  /** Of the log. */
  readonly identity: string;
  readonly ends: Positions;
  readonly say: (text: string) => void;
  readonly log: Log;
  /** `PATIENCE_MS` by default. */
  readonly patienceMs?: number;
}

/** Where streams end; those that are not there are left out. */
export async function endsOf(connection: NatsConnection, streams: readonly string[]): Promise<Positions> {
  const ends = new Map<string, number>();
  const manager = await jetstreamManager(connection);
  for await (const { config, state } of manager.streams.list('farad.>'))
    if (streams.includes(config.name)) ends.set(config.name, state.last_seq);
  return ends;
}

/**
 * Applies what the log has up to these ends and the copy of a node that does not run has not. Resolves with
 * what is missing then; empty where nothing is.
 */
export async function catchUp(options: CatchUpOptions): Promise<string> {
  const { ends, say, log, patienceMs = PATIENCE_MS } = options;
  const appliers = new Appliers({ ...options, log, registry: createRegistry({ process: 'cli' }) });
  const behind = (): StreamCopied[] =>
    appliers.status().filter(({ stream, position }) => position < (ends.get(stream) ?? 0));
  const missing = (): number =>
    behind().reduce((sum, { stream, position }) => sum + (ends.get(stream) ?? 0) - position, 0);
  try {
    let left = missing();
    if (left > 0) say(`applies ${left} changes that this copy does not have yet`);
    for (let since = performance.now(); left > 0; await pause(LOOK_EVERY_MS)) {
      const now = missing();
      if (now < left) since = performance.now();
      left = now;
      const isHalted = behind().every(({ trouble }) => trouble?.reason !== undefined);
      if (isHalted || performance.now() - since > patienceMs) break;
    }
    return whatIsMissing(behind(), ends);
  } finally {
    await appliers.stop();
  }
}

function whatIsMissing(behind: readonly StreamCopied[], ends: Positions): string {
  return behind
    .map(({ stream, position, trouble }) => {
      const why = trouble ? ` (${[trouble.reason, trouble.cause].filter(Boolean).join(': ')})` : '';
      return `${(ends.get(stream) ?? 0) - position} changes of ${stream}${why}`;
    })
    .join(', ');
}
