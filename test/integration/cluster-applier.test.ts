import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ChangeRef, encodeChange, NO_CHANGE } from '../../src/cluster/change.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { StreamEnds } from '../../src/cluster/stream-ends.ts';
import { CommitError } from '../../src/journal/group-commit.ts';
import {
  appliedUpTo,
  change,
  key,
  newCopy,
  reasonOf,
  STREAM,
  setUp,
  startApplier,
} from '../support/applier-under-test.ts';
import { metricOf } from '../support/log-streams.ts';
import { hasNats, startNats } from '../support/nats-server.ts';
import { until } from '../support/until.ts';

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
    const metric = (name: string) => metricOf(setup.registry, name, { stream: STREAM });
    await until('the last one is counted', () => metric('farad_log_position') === 7);
    expect(metric('farad_log_refused_total')).toBe(3);
    expect(applier.trouble()).toBeUndefined();
  });

  test('stops at the first change of each period, at the same one in each copy, and goes on behind it', async () => {
    const setup = await setUp();
    const [copy, late] = [newCopy(), newCopy()];
    const stops = (one: typeof copy, seen: number[]) => ({
      everyMs: 300,
      async begin({ seq }: { seq: number }): Promise<void> {
        await pause(20);
        one.environment.endRead();
        // Nothing behind it has taken effect.
        expect(one.position(STREAM).seq).toBe(seq);
        seen.push(seq);
      },
    });
    const [first, second]: [number[], number[]] = [[], []];
    startApplier(setup, copy, 500, stops(copy, first));
    for (let number = 0; number < 40; number++) {
      await setup.publish(change(`CP-${number}`, NO_CHANGE));
      await pause(25);
    }
    await appliedUpTo(copy, 40);
    startApplier(setup, late, 500, stops(late, second));
    await appliedUpTo(late, 40);
    expect(first.length).toBeGreaterThan(1);
    expect(first.length).toBeLessThan(10);
    // The last change may be one of them.
    await until('the late copy has stopped as often', () => second.length >= first.length);
    expect(second).toEqual(first);
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
    const transactions = vi.spyOn(copy, 'transact');
    const reads = vi.spyOn(copy, 'position');
    const puts = vi.spyOn(copy, 'setPosition');
    startApplier(setup, copy);
    await until('all of them are applied', () => puts.mock.lastCall?.[1].seq === count);
    const applied = transactions.mock.calls.length;
    expect(puts).toHaveBeenCalledTimes(applied);
    // Once more where it begins.
    expect(reads).toHaveBeenCalledTimes(applied + 1);
    await appliedUpTo(copy, count);
    expect(copy.contents('things')).toEqual(Object.fromEntries(scopes.map((scope) => [key(scope), scope])));
    expect(applied).toBeLessThan(count / 10);
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

  test('goes on reading while nobody says where the stream ends, as where it has no leader', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const silence = { has: false, questions: 0 };
    const connection = new Proxy(setup.connection, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'request') return typeof value === 'function' ? value.bind(target) : value;
        return (...question: Parameters<typeof target.request>) => {
          if (!silence.has || !question[0].startsWith('$JS.API.STREAM.INFO.'))
            return target.request(...question);
          silence.questions++;
          return new Promise(() => undefined);
        };
      },
    });
    startApplier({ ...setup, connection }, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    silence.has = true;
    const consumers = () => setup.manager.consumers.list(STREAM).next();
    const [before] = await consumers();
    await until('it asks', () => silence.questions > 0);
    await setup.publish(change('CP-2', NO_CHANGE));
    await appliedUpTo(copy, 2);
    const [after] = await consumers();
    expect([after?.name, silence.questions]).toEqual([before?.name, 1]);
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

  test('goes on with a server that was started again, which has forgotten its consumer', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    const asked = vi.spyOn(setup.connection, 'request');
    const ended = once(setup.server.process, 'exit');
    setup.server.process.kill('SIGTERM');
    await ended;
    await until('it says so', () => applier.trouble());
    // A question would be lost, and the answer to it waited for while the server is back.
    const before = asked.mock.calls.length;
    const away = Date.now();
    await until('it could have asked', () => Date.now() > away + 400);
    expect(asked).toHaveBeenCalledTimes(before);
    await startNats('', setup.server);
    const second = change('CP-2', NO_CHANGE);
    const { subject } = placeOfChargePoint(second.scope, 1);
    const unlessStored = { msgID: second.id, timeout: 200 };
    await until('it takes a message', () =>
      setup.client.publish(subject, encodeChange(second), unlessStored).catch(() => undefined),
    );
    await appliedUpTo(copy, 2);
    await until('all is well', () => applier.trouble() === undefined);
    expect(Object.keys(copy.contents('things'))).toHaveLength(2);
  });

  test('stops at once, also where no server answers', async () => {
    const setup = await setUp();
    setup.server.process.kill('SIGSTOP');
    const asked = vi.spyOn(setup.connection, 'request');
    const applier = startApplier(setup, newCopy());
    await until('it has asked', () => asked.mock.calls.length > 0);
    const begun = performance.now();
    await applier.stop();
    expect(performance.now() - begun).toBeLessThan(1500);
    setup.server.process.kill('SIGCONT');
  });

  test('where two work on one copy by mistake, each change is decided about once', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const appliers = [startApplier(setup, copy), startApplier(setup, copy)];
    const scopes = Array.from({ length: 300 }, (_, number) => `CP-${number}`);
    await Promise.all(
      scopes.map(async (scope) => {
        const first = await setup.publish(change(scope, NO_CHANGE));
        await setup.publish(change(scope, first, 'second'));
        await setup.publish(change(scope, first, 'too late'));
      }),
    );
    await appliedUpTo(copy, 900);
    expect(copy.contents('things')).toEqual(
      Object.fromEntries(scopes.map((scope) => [key(scope), 'second'])),
    );
    expect(copy.refusedSeqs(STREAM)).toHaveLength(300);
    const refused = () => metricOf(setup.registry, 'farad_log_refused_total', { stream: STREAM });
    await until('what was refused is counted', () => refused() >= 300);
    expect(refused()).toBe(300);
    for (const applier of appliers) expect(applier.trouble()).toBeUndefined();
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

  test('goes on where something passes that LMDB was refused by the system', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const { put } = copy;
    copy.put = () => {
      throw Object.assign(new Error('No space left on device'), { code: constants.errno.ENOSPC });
    };
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await until('it says so', () => applier.trouble()?.cause === 'No space left on device');
    expect(applier.trouble()?.reason).toBeUndefined();
    copy.put = put;
    await appliedUpTo(copy, 1);
    expect(copy.contents('things')).toEqual({ [key('CP-1')]: 'CP-1' });
  });

  test('says how far it is behind: the age of the oldest change that is to be applied', async () => {
    const setup = await setUp();
    const storedAt = async (seq: number) =>
      (await setup.manager.streams.getMessage(STREAM, { seq }))?.time.getTime() ?? Number.NaN;
    const lag = () => metricOf(setup.registry, 'farad_log_lag_seconds', { stream: STREAM });
    /** Expects it to be the age of what was stored then. */
    const expectAge = (stored: number): void => {
      const least = Date.now() - stored;
      const now = lag();
      // What the clocks of both differ by is known up to the time of an answer.
      expect(now).toBeGreaterThanOrEqual((least - 50) / 1000);
      expect(now).toBeLessThanOrEqual((Date.now() - stored + 50) / 1000);
    };
    const copy = newCopy();
    const { transact } = copy;
    const isOlderThan = (ms: number, stored: number) => until('time passes', () => Date.now() - stored > ms);
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    await until('it is not behind', () => lag() === 0);
    const first = await storedAt(1);
    await isOlderThan(600, first);
    // A fresh one, behind one that is old: as far as that one is old, and not a moment more.
    copy.transact = () => Promise.reject(new CommitError('the disk is full'));
    await setup.publish(change('CP-2', NO_CHANGE));
    const second = await storedAt(2);
    await until('it has come', () => applier.trouble()?.cause === 'the disk is full');
    expectAge(second);
    await isOlderThan(600, second);
    // A backlog is as old as what is next in it, of which all but the last takes effect.
    await setup.publish({ ...change('CP-3', NO_CHANGE), deletes: [['others', Buffer.from('k')]] });
    expectAge(second);
    copy.transact = transact;
    expect(await reasonOf(applier)).toBe('unreadable');
    expect(copy.position(STREAM).seq).toBe(2);
    expectAge(await storedAt(3));
  });

  test('is not behind because the clock of its machine is wrong', async () => {
    const setup = await setUp();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    copy.transact = () => Promise.reject(new CommitError('the disk is full'));
    await setup.publish(change('CP-2', NO_CHANGE));
    await until('it has come', () => applier.trouble()?.cause === 'the disk is full');
    const { lagSeconds } = applier.status();
    expect(lagSeconds).toBeLessThan(30);
  });

  test('knows since when there is something to read, also before it has come', async () => {
    const { connection, publish, manager } = await setUp();
    const ends = () => new StreamEnds({ connection, stream: STREAM, identity: 'log-1' });
    const before = Date.now();
    const [behind, late] = [ends(), ends()];
    // Before it was seen: since the start.
    expect(behind.unreadSince).toBeGreaterThanOrEqual(before);
    await behind.look(0);
    expect(behind.unreadSince).toBeUndefined();
    for (const number of [1, 2, 3]) {
      await publish(change(`CP-${number}`, NO_CHANGE));
      const stored = Date.now();
      await until('the next one is stored later', () => Date.now() > stored + 1);
    }
    const storedAt = await Promise.all(
      [1, 2, 3].map(async (seq) => (await manager.streams.getMessage(STREAM, { seq }))?.time.getTime()),
    );
    await behind.look(0);
    expect(behind.unreadSince).toBe(storedAt[0]);
    await late.look(1);
    expect(late.unreadSince).toBe(storedAt[1]);
    await late.look(3);
    expect(late.unreadSince).toBeUndefined();
    // The next one may be as old as the one that was read.
    behind.saw(2, 1, storedAt[1] ?? 0);
    await behind.look(2);
    expect(behind.unreadSince).toBe(storedAt[1]);
    behind.saw(3, 0, storedAt[2] ?? 0);
    expect(behind.unreadSince).toBeUndefined();
  });
});
