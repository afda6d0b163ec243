import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Packr } from 'msgpackr';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Applier } from '../../src/cluster/applier.ts';
import { type Change, type ChangeRef, encodeChange, NO_CHANGE } from '../../src/cluster/change.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { CommitError } from '../../src/journal/group-commit.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import { makeStream, metricOf } from '../support/log-streams.ts';
import { hasNats, startNats } from '../support/nats-server.ts';
import { ScratchCopy } from '../support/scratch-copy.ts';
import { until } from '../support/until.ts';

const STREAM = 'farad-state-0';

let changes = 0;

/** A change that puts `value` under the key `k` of its charge point. */
function change(scope: string, base: ChangeRef, value = scope): Change {
  const id = `a.${++changes}`;
  const puts = [['things', Buffer.from(`${scope}/k`), Buffer.from(value)]] as const;
  return { id, scope, base, node: 'a', puts, deletes: [], rows: [] };
}

interface Setup {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
  readonly registry: Registry;
  /** Puts it into the stream, whatever it is based on; returns how the next one names it. */
  publish(change: Change): Promise<ChangeRef>;
}

async function setUp(stream: Parameters<typeof makeStream>[1] = {}): Promise<Setup> {
  const server = await startNats();
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1 });
  onTestFinished(() => connection.close());
  await makeStream(connection, stream);
  const client = jetstream(connection);
  const publish = async (one: Change): Promise<ChangeRef> => {
    const { subject } = placeOfChargePoint(one.scope, 1);
    const { seq } = await client.publish(subject, encodeChange(one));
    return { seq, id: one.id };
  };
  const registry = createRegistry({ process: 'replica' });
  return { connection, client, registry, manager: await jetstreamManager(connection), publish };
}

function newCopy(): ScratchCopy {
  return new ScratchCopy('things');
}

function startApplier({ connection, registry }: Setup, copy: ScratchCopy, lostAfterMs = 500): Applier {
  const applier = new Applier({
    connection,
    stream: STREAM,
    identity: 'log-1',
    subjectOf: (scope) => placeOfChargePoint(scope, 1).subject,
    lostAfterMs,
    copy,
    registry,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => applier.stop());
  return applier;
}

async function appliedUpTo(copy: ScratchCopy, seq: number): Promise<void> {
  await until(`the copy is at ${seq}`, () => {
    copy.environment.endRead();
    return copy.position(STREAM).seq >= seq;
  });
}

function reasonOf(applier: Applier): Promise<string> {
  return until('it halts', () => applier.trouble()?.reason);
}

const key = (scope: string) => `things ${Buffer.from(`${scope}/k`).toString('hex')}`;

describe.runIf(hasNats)('what applies the log to a copy', () => {
  test('lets a change take effect only upon the newest of its charge point, in the order of the log', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    const first = await setup.publish(change('CP-1', NO_CHANGE, 'first'));
    await setup.publish(change('CP-1', NO_CHANGE, 'at the same time'));
    const other = await setup.publish(change('CP-2', NO_CHANGE));
    const second = await setup.publish(change('CP-1', first, 'second'));
    await setup.publish(change('CP-1', first, 'too late'));
    // The right place, and not the change that is there.
    await setup.publish(change('CP-1', { ...second, id: 'another' }, 'of a log that went back'));
    const { id, ...gone } = change('CP-2', other);
    await setup.publish({ id, ...gone, puts: [], deletes: [['things', Buffer.from('CP-2/k')]] });
    await appliedUpTo(copy, 7);
    expect(copy.contents('things')).toEqual({ [key('CP-1')]: 'second' });
    expect(copy.applied('CP-1')).toEqual([second, first]);
    expect(copy.applied('CP-2')).toEqual([{ seq: 7, id }, other]);
    expect(copy.refusedSeqs(STREAM)).toEqual([2, 5, 6]);
    expect(metricOf(setup.registry, 'farad_log_refused_total', { stream: STREAM })).toBe(3);
    expect(metricOf(setup.registry, 'farad_log_position', { stream: STREAM })).toBe(7);
    expect(applier.trouble()).toBeUndefined();
  });

  test('goes on where it was, and remembers eight changes of a charge point', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const first = startApplier(setup, copy);
    const refs = [NO_CHANGE];
    const grow = async (count: number): Promise<void> => {
      for (let more = 0; more < count; more++) {
        const base = refs[refs.length - 1] as ChangeRef;
        refs.push(await setup.publish(change('CP-1', base, String(refs.length))));
      }
    };
    await grow(4);
    await appliedUpTo(copy, 4);
    await first.stop();
    await grow(6);
    startApplier(setup, copy);
    await appliedUpTo(copy, 10);
    expect(copy.contents('things')).toEqual({ [key('CP-1')]: '10' });
    expect(copy.applied('CP-1')).toEqual(refs.slice(3).reverse());
    expect(copy.refusedSeqs(STREAM)).toEqual([]);
  });

  test('applies many in few transactions', async () => {
    const setup = await setUp();
    const count = 3000;
    const scopes = Array.from({ length: count }, (_, number) => `CP-${number}`);
    await Promise.all(scopes.map((scope) => setup.publish(change(scope, NO_CHANGE))));
    const copy = newCopy();
    let transactions = 0;
    const { transact } = copy;
    copy.transact = (work) => {
      transactions++;
      return transact.call(copy, work) as never;
    };
    startApplier(setup, copy);
    await appliedUpTo(copy, count);
    expect(copy.contents('things')).toEqual(Object.fromEntries(scopes.map((scope) => [key(scope), scope])));
    expect(transactions).toBeLessThan(count / 10);
  });

  test('makes its consumer anew where that is gone, and where it gives nothing', async () => {
    const setup = await setUp();
    const copy = newCopy();
    startApplier(setup, copy);
    const consumers = () => setup.manager.consumers.list(STREAM).next();
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    for (const { name } of await consumers()) await setup.manager.consumers.delete(STREAM, name);
    await setup.publish(change('CP-2', NO_CHANGE));
    await appliedUpTo(copy, 2);
    const tomorrow = new Date(Date.now() + 86_400_000);
    for (const { name } of await consumers()) await setup.manager.consumers.pause(STREAM, name, tomorrow);
    await setup.publish(change('CP-3', NO_CHANGE));
    await appliedUpTo(copy, 3);
  });

  test('reads again what was lost on the way from the server', async () => {
    const setup = await setUp();
    const copy = newCopy();
    startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    // Somebody else gets a message of its consumer.
    const [info] = await setup.manager.consumers.list(STREAM).next();
    const other = await setup.client.consumers.get(STREAM, info?.name);
    const taken = other.next({ expires: 5000 });
    await setup.connection.flush();
    for (const number of [2, 3, 4, 5]) await setup.publish(change(`CP-${number}`, NO_CHANGE));
    expect((await taken)?.seq).toBeGreaterThan(1);
    await appliedUpTo(copy, 5);
    expect(Object.keys(copy.contents('things'))).toHaveLength(5);
  });

  test('never skips what the stream no longer has', async () => {
    const setup = await setUp({ max_msgs: 4 });
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await setup.publish(change('CP-1', NO_CHANGE, 'too late'));
    await appliedUpTo(copy, 2);
    await applier.stop();
    // It may be as far behind as the stream reaches back, and what was refused before is forgotten then.
    for (const number of [3, 4, 5, 6]) await setup.publish(change(`CP-${number}`, NO_CHANGE));
    const second = startApplier(setup, copy);
    await appliedUpTo(copy, 6);
    expect(copy.refusedSeqs(STREAM)).toEqual([]);
    await second.stop();
    for (const number of [7, 8, 9, 10, 11]) await setup.publish(change(`CP-${number}`, NO_CHANGE));
    const third = startApplier(setup, copy);
    expect(await reasonOf(third)).toBe('gap');
    expect(third.trouble()?.cause).toBe(`${STREAM} begins at 8, and this node has read it up to 6 only`);
    expect(copy.position(STREAM).seq).toBe(6);
    expect(Object.keys(copy.contents('things'))).not.toContain(key('CP-8'));
  });

  test.each([
    ['ends before what was applied', 'log-1', 1, `${STREAM} ends at 1, and this node has read it up to 3`],
    ['belongs to another log', 'log-2', 5, `${STREAM} belongs to the log log-2, not to log-1`],
    ['has another change there', 'log-1', 5, `${STREAM} has X-2 at 3, where this node has read CP-3`],
  ])('stops where the log was lost: the stream %s', async (_, identity, length, cause) => {
    const setup = await setUp();
    const copy = newCopy();
    const named = (scope: string): Change => ({ ...change(scope, NO_CHANGE), id: scope });
    for (const number of [1, 2, 3]) await setup.publish(named(`CP-${number}`));
    const first = startApplier(setup, copy);
    await appliedUpTo(copy, 3);
    await first.stop();
    await setup.manager.streams.delete(STREAM);
    await makeStream(setup.connection, { identity });
    for (let number = 0; number < length; number++) await setup.publish(named(`X-${number}`));
    const applier = startApplier(setup, copy);
    expect(await reasonOf(applier)).toBe('log_lost');
    expect(applier.trouble()?.cause).toBe(cause);
    expect(copy.position(STREAM)).toEqual({ seq: 3, id: 'CP-3' });
    expect(Object.keys(copy.contents('things'))).toHaveLength(3);
  });

  test('is patient with a log that seems lost, and goes on where it is not', async () => {
    const setup = await setUp();
    const copy = newCopy();
    await copy.transact(() => copy.setPosition(STREAM, { seq: 1, id: 'a' }));
    const applier = startApplier(setup, copy, 5000);
    const trouble = await until('it is in doubt', () => applier.trouble());
    expect(trouble.cause).toBe(
      `${STREAM} cannot be read now: it ends at 0, and this node has read it up to 1`,
    );
    expect(trouble.reason).toBeUndefined();
    await setup.publish({ ...change('CP-1', NO_CHANGE), id: 'a' });
    await setup.publish(change('CP-2', NO_CHANGE));
    await appliedUpTo(copy, 2);
    expect(Object.keys(copy.contents('things'))).toEqual([key('CP-2')]);
    await until('it is no longer in doubt', () => applier.trouble() === undefined);
  });

  test.each([
    ['of a newer format', { format: 2 }, 'the change has format 2, and this Farad reads 1 at most'],
    ['that is damaged', { puts: 7 }, 'this is not a change: a put is not table, key and value'],
    ['of another charge point', { scope: 'CP-9' }, 'a change of CP-9 does not belong under'],
  ])('stops before a message %s, and has applied what comes before', async (_, members, cause) => {
    const setup = await setUp();
    const copy = newCopy();
    await setup.publish(change('CP-1', NO_CHANGE));
    const packr = new Packr({ useRecords: false });
    const message = packr.unpack(encodeChange(change('CP-2', NO_CHANGE))) as object;
    const { subject } = placeOfChargePoint('CP-2', 1);
    await setup.client.publish(subject, packr.pack({ ...message, ...members }));
    await setup.publish(change('CP-3', NO_CHANGE));
    const applier = startApplier(setup, copy);
    expect(await reasonOf(applier)).toBe('unreadable');
    expect(applier.trouble()?.cause).toContain(`${STREAM} at 2: ${cause}`);
    expect(copy.contents('things')).toEqual({ [key('CP-1')]: 'CP-1' });
    expect(copy.position(STREAM).seq).toBe(1);
  });

  test('waits while nothing can be written, and leaves nothing out', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const { transact } = copy;
    copy.transact = () => Promise.reject(new CommitError('the disk is full'));
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await until('it says so', () => applier.trouble()?.cause === 'the disk is full');
    await setup.publish(change('CP-2', NO_CHANGE));
    copy.transact = transact;
    await appliedUpTo(copy, 2);
    expect(Object.keys(copy.contents('things')).sort()).toEqual([key('CP-1'), key('CP-2')].sort());
    await until('all is well', () => applier.trouble() === undefined);
  });
});
