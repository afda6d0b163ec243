import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nanos } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Change, type ChangeRef, encodeChange, NO_CHANGE } from '../../src/cluster/change.ts';
import { closeConnection } from '../../src/cluster/connection.ts';
import { baseOf } from '../../src/cluster/copy.ts';
import type { Appended, Fate } from '../../src/cluster/fate.ts';
import { ChangeLog, type ChangeLogOptions } from '../../src/cluster/log.ts';
import { type LogPlace, placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import { newCopy, startApplier } from '../support/applier-under-test.ts';
import { makeStream, metricOf } from '../support/log-streams.ts';
import { hasNats, type NatsServer, pauseNats, startNats } from '../support/nats-server.ts';
import type { ScratchCopy } from '../support/scratch-copy.ts';
import { until } from '../support/until.ts';

const PLACE = placeOfChargePoint('CP-1', 1);

let changes = 0;

function change(base: ChangeRef = NO_CHANGE, scope = 'CP-1'): Change {
  const id = `a/edge-0.${++changes}`;
  return { id, scope, base, node: 'a', puts: [], deletes: [], rows: [] };
}

/** Of a copy that was no further than the base. */
function append(log: ChangeLog, place: LogPlace, one: Change, withinMs: number): Promise<Appended> {
  return log.append(place, one, one.base.seq, withinMs);
}

/** What becomes of a change of the charge point in this copy. */
function fateIn(copy: ScratchCopy, log: ChangeLog, one: Change, appended: Appended): Promise<Fate> {
  if (!('seq' in appended)) throw new Error(`it is ${appended.outcome}`);
  return until('its fate is known', () => {
    copy.environment.endRead();
    const fate = log.fate(copy, PLACE, one, appended);
    return fate !== 'waiting' && fate;
  });
}

interface Setup {
  readonly server: NatsServer;
  readonly connection: NatsConnection;
  readonly log: ChangeLog;
  readonly registry: Registry;
}

type Differences = Partial<Pick<ChangeLogOptions, 'maxInFlight' | 'maxBytesInFlight' | 'newestFormat'>>;

/** Changes go alone unless it says otherwise. */
async function setUp(differences: Differences = {}): Promise<Setup> {
  const server = await startNats();
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1 });
  onTestFinished(() => closeConnection(connection));
  const registry = createRegistry({ process: 'edge-0' });
  const log = new ChangeLog({ connection, registry, newestFormat: () => 1, ...differences });
  return { server, connection, log, registry };
}

describe.runIf(hasNats)('a change that is appended to the log', () => {
  test('is stored upon its base, and learns when another one came first', async () => {
    const { connection, log, registry } = await setUp();
    await makeStream(connection);
    const first = change();
    expect(await append(log, PLACE, first, 5000)).toEqual({ outcome: 'stored', seq: 1 });
    const late = change();
    expect(await append(log, PLACE, late, 5000)).toEqual({ outcome: 'late', seq: 1 });
    const second = change({ seq: 1, id: first.id });
    expect(await append(log, PLACE, second, 5000)).toEqual({ outcome: 'stored', seq: 2 });
    expect(metricOf(registry, 'farad_log_conflicts_total')).toBe(1);
    // Sent again, as where the answer was lost: a single server compares the base first, and three the id.
    expect(await append(log, PLACE, second, 5000)).toMatchObject({ seq: 2 });
    const other = placeOfChargePoint('CP-2', 1);
    expect(await append(log, other, change(NO_CHANGE, 'CP-2'), 5000)).toEqual({ outcome: 'stored', seq: 3 });
    expect(metricOf(registry, 'farad_log_in_flight')).toBe(0);
  });

  test('leaves none of its parts behind, also where another one came first', async () => {
    const setup = await setUp();
    const { connection, log } = setup;
    await makeStream(connection);
    const copy = newCopy();
    startApplier(setup, copy);
    const large = (id: string, base: ChangeRef): Change => {
      const puts = Array.from(
        { length: 5 },
        (_, index) => ['things', Buffer.from(`${id} ${index}`), Buffer.alloc(100_000, index)] as const,
      );
      return { ...change(base), id, puts };
    };
    const [first, late] = [large('first', NO_CHANGE), large('late', NO_CHANGE)];
    for (const [one, fate] of [
      [first, 'applied'],
      [late, 'refused'],
    ] as const)
      expect(await fateIn(copy, log, one, await append(log, PLACE, one, 5000))).toBe(fate);
    expect(Object.keys(copy.contents('things'))).toHaveLength(first.puts.length);
    const { seq } = copy.position(PLACE.stream);
    const places = Array.from({ length: seq }, (_, index) => index + 1);
    expect(seq).toBeGreaterThan(4);
    expect(places.filter((place) => copy.part(PLACE.stream, place))).toEqual([]);
  });

  test('of several upon one base, one is stored and the others learn which', async () => {
    const { connection, log } = await setUp();
    await makeStream(connection);
    let base: ChangeRef = NO_CHANGE;
    for (let round = 0; round < 20; round++) {
      const rivals = [change(base), change(base), change(base), change(base)];
      const appended = await Promise.all(rivals.map((one) => append(log, PLACE, one, 5000)));
      const winner = appended.findIndex(({ outcome }) => outcome === 'stored');
      expect(appended.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
      const seq = round + 1;
      for (const one of appended) expect(one).toMatchObject({ seq });
      base = { seq, id: rivals[winner]?.id ?? '' };
    }
  });

  test('takes effect although its base is so old that the stream has dropped it', async () => {
    const { connection, log, registry } = await setUp();
    await makeStream(connection, { max_age: nanos(1000), duplicate_window: nanos(1000) });
    const copy = newCopy();
    startApplier({ connection, registry }, copy);
    const first = change();
    await fateIn(copy, log, first, await append(log, PLACE, first, 5000));
    const manager = await jetstreamManager(connection);
    await until(
      'it has expired',
      async () => (await manager.streams.info(PLACE.stream)).state.messages === 0,
    );
    const second = change(baseOf(copy, 'CP-1'));
    expect(second.base.seq).toBe(1);
    const appended = await append(log, PLACE, second, 5000);
    expect(appended).toEqual({ outcome: 'stored', seq: 2 });
    expect(metricOf(registry, 'farad_log_repeats_total', { reason: 'hint' })).toBe(1);
    expect(await fateIn(copy, log, second, appended)).toBe('applied');
  });

  test('is stored although the newest one in the stream is not its base, but was refused', async () => {
    const { connection, log, registry } = await setUp();
    await makeStream(connection);
    const first = change();
    await append(log, PLACE, first, 5000);
    // Two servers that both took themselves for the leader may have let such a one pass.
    await jetstream(connection).publish(PLACE.subject, encodeChange(change()));
    const next = change({ seq: 1, id: first.id });
    expect(await log.append(PLACE, next, 1, 5000)).toEqual({ outcome: 'late', seq: 2 });
    expect(await log.append(PLACE, next, 2, 5000)).toEqual({ outcome: 'stored', seq: 3 });
    expect(metricOf(registry, 'farad_log_repeats_total', { reason: 'hint' })).toBe(1);
  });

  test('waits while its stream is away: one asks, and all are stored when it is back', async () => {
    const { connection, log, registry } = await setUp();
    await until('its time is over between two questions', async () => {
      const { outcome, cause } = { cause: '', ...(await append(log, PLACE, change(), 300)) };
      expect(outcome).toBe('unknown');
      return cause === 'jetstream is not enabled';
    });
    const waiting = 200;
    const begun = performance.now();
    const appended = Array.from({ length: waiting }, (_, number) => {
      const scope = `CP-${number}`;
      return append(log, placeOfChargePoint(scope, 1), change(NO_CHANGE, scope), 20_000);
    });
    const asked = () => metricOf(registry, 'farad_log_repeats_total', { reason: 'not_enabled' }) ?? 0;
    const before = asked();
    const repeats = () => asked() - before;
    await until('one has asked for a while', () => performance.now() - begun > 1000 && repeats() > 3);
    // One each 100 ms, where each of them would have asked as often.
    expect(repeats()).toBeLessThan(waiting + 30);
    expect(metricOf(registry, 'farad_log_in_flight')).toBe(waiting);
    await makeStream(connection);
    const seqs = (await Promise.all(appended)).map((one) => (one.outcome === 'stored' ? one.seq : one));
    expect(seqs.sort((a, b) => Number(a) - Number(b))).toEqual(seqs.map((_, index) => index + 1));
  });

  test('is refused at once where too many are on their way, and those come to an end', async () => {
    const { server, connection, log, registry } = await setUp({ maxInFlight: 2 });
    await makeStream(connection);
    await pauseNats(server);
    const slow = [append(log, PLACE, change(), 10_000), append(log, PLACE, change(), 700)];
    expect(await append(log, PLACE, change(), 10_000)).toEqual({ outcome: 'busy' });
    expect(metricOf(registry, 'farad_log_busy_total')).toBe(1);
    // Its time is over. It has been sent, and is in the log or is not.
    expect(await slow[1]).toEqual({ outcome: 'unknown', cause: 'farad-state-0 does not answer' });
    server.process.kill('SIGCONT');
    expect(await slow[0]).toMatchObject({ seq: 1 });
  });

  test('is refused at once where the bytes of those on their way are too many', async () => {
    const { server, connection, log, registry } = await setUp({ maxBytesInFlight: 100_000 });
    await makeStream(connection);
    await pauseNats(server);
    const scoped = (scope: string, bytes: number): [LogPlace, Change] => [
      placeOfChargePoint(scope, 1),
      { ...change(NO_CHANGE, scope), rows: [Buffer.alloc(bytes)] },
    ];
    const sent = [append(log, ...scoped('CP-1', 70_000), 10_000)];
    expect(await append(log, ...scoped('CP-2', 70_000), 10_000)).toEqual({ outcome: 'busy' });
    expect(metricOf(registry, 'farad_log_busy_total')).toBe(1);
    expect(metricOf(registry, 'farad_log_in_flight_bytes')).toBeGreaterThan(70_000);
    sent.push(append(log, ...scoped('CP-3', 10_000), 10_000));
    server.process.kill('SIGCONT');
    expect(await Promise.all(sent)).toMatchObject([{ outcome: 'stored' }, { outcome: 'stored' }]);
    expect(metricOf(registry, 'farad_log_in_flight_bytes')).toBe(0);
    expect(await append(log, ...scoped('CP-2', 70_000), 10_000)).toMatchObject({ outcome: 'stored' });
  });

  test('of two works of one charge point at a time each takes effect once', async () => {
    const { connection, log, registry } = await setUp();
    await makeStream(connection);
    const copy = newCopy();
    startApplier({ connection, registry }, copy);
    const countUp = async (times: number): Promise<void> => {
      for (let done = 0; done < times; ) {
        copy.environment.endRead();
        const number = Number(copy.read('things', 'CP-1') ?? 0) + 1;
        const puts = [['things', Buffer.from('CP-1'), Buffer.from(`${number}`)]] as const;
        const one = { ...change(baseOf(copy, 'CP-1')), puts };
        const fate = await fateIn(
          copy,
          log,
          one,
          await log.append(PLACE, one, copy.position(PLACE.stream).seq, 5000),
        );
        if (fate === 'applied') done++;
        else expect(fate).toBe('refused');
      }
    };
    await Promise.all([countUp(8), countUp(8)]);
    expect(copy.read('things', 'CP-1')).toBe('16');
    expect(metricOf(registry, 'farad_log_conflicts_total')).toBeGreaterThan(0);
    // The same one twice at a time.
    const twice = change(baseOf(copy, 'CP-1'));
    const both = await Promise.all([1, 2].map(() => append(log, PLACE, twice, 5000)));
    expect(await Promise.all(both.map((appended) => fateIn(copy, log, twice, appended)))).toEqual([
      'applied',
      'applied',
    ]);
    expect(metricOf(registry, 'farad_log_ack_without_message_total')).toBe(0);
  });

  test('shares messages with others that come at once, and each is decided about by itself', async () => {
    const { connection, log, registry } = await setUp({ newestFormat: () => 2 });
    await makeStream(connection);
    const copy = newCopy();
    startApplier({ connection, registry }, copy);
    const scopes = Array.from({ length: 400 }, (_, number) => `CP-${number}`);
    const appendAll = async (bases: readonly ChangeRef[]) => {
      const sent = scopes.map((scope, index) => {
        const puts = [['things', Buffer.from(scope), Buffer.from(`${index}`)]] as const;
        return { ...change(bases[index], scope), puts };
      });
      const places = scopes.map((scope) => placeOfChargePoint(scope, 1));
      const appended = await Promise.all(
        sent.map((one, index) => append(log, places[index] as LogPlace, one, 5000)),
      );
      return Promise.all(sent.map((one, index) => fateIn(copy, log, one, appended[index] as Appended)));
    };
    expect(await appendAll(scopes.map(() => NO_CHANGE))).toEqual(scopes.map(() => 'applied'));
    const manager = await jetstreamManager(connection);
    const messages = async () => (await manager.streams.info(PLACE.stream)).state.last_seq;
    expect(await messages()).toBeLessThan(20);
    expect(scopes.map((scope) => copy.read('things', scope))).toEqual(scopes.map((_, index) => `${index}`));

    // Every other one is based on what is the newest no more.
    const isLate = (index: number) => index % 2 === 1;
    const bases = scopes.map((scope, index) => (isLate(index) ? NO_CHANGE : baseOf(copy, scope)));
    const before = await messages();
    expect(await appendAll(bases)).toEqual(scopes.map((_, index) => (isLate(index) ? 'refused' : 'applied')));
    expect(await messages()).toBeLessThan(before + 20);
    expect(metricOf(registry, 'farad_log_refused_total', { stream: PLACE.stream })).toBe(scopes.length / 2);
    expect(metricOf(registry, 'farad_log_ack_without_message_total')).toBe(0);
    expect(metricOf(registry, 'farad_log_in_flight')).toBe(0);
  });

  test('alone in its message it stands under its own subject, and needs no hint behind shared ones', async () => {
    const { connection, log, registry } = await setUp({ newestFormat: () => 2 });
    await makeStream(connection);
    const both = [change(), change(NO_CHANGE, 'CP-2')] as const;
    const [first] = await Promise.all([
      append(log, PLACE, both[0], 5000),
      append(log, placeOfChargePoint('CP-2', 1), both[1], 5000),
    ]);
    expect(first).toEqual({ outcome: 'stored', seq: 1 });
    const next = change({ seq: 1, id: both[0].id });
    expect(await append(log, PLACE, next, 5000)).toEqual({ outcome: 'stored', seq: 2 });
    expect(metricOf(registry, 'farad_log_repeats_total', { reason: 'hint' })).toBe(0);
    const manager = await jetstreamManager(connection);
    const subjects = [1, 2].map(
      async (seq) => (await manager.streams.getMessage(PLACE.stream, { seq }))?.subject,
    );
    expect(await Promise.all(subjects)).toEqual(['farad.state.0.several-changes', PLACE.subject]);
  });

  test('fails clearly where the stream is not its own, and where the connection is closed', async () => {
    const { connection, log } = await setUp();
    await makeStream(connection);
    const wrong = { ...PLACE, stream: 'farad-state-7' };
    await expect(append(log, wrong, change(), 5000)).rejects.toThrow('expected stream does not match');
    await connection.close();
    expect(await append(log, PLACE, change(), 5000)).toMatchObject({ outcome: 'unknown' });
  });
});
