import { describe, expect, test } from 'vitest';
import { DirectoryPath } from '../../../src/store/directory-path.ts';
import { type ExpectedVersion, VersionConflict } from '../../../src/store/expected-version.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchEnvironment } from '../journal/scratch.ts';
import { certificate, NOW, newAlarm, raising } from './directory-records.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const key = (name: string) => Buffer.from(name);

function open() {
  const path = new DirectoryPath(scratchEnvironment(), true);
  return { path, table: path.records<number>('tokens') };
}

describe('work of the directory', () => {
  test('sees what it and others before it have counted, and keeps nothing of what threw', async () => {
    const { path, table } = open();
    const count = (fail = false) =>
      path.transact(() => {
        const versions = [path.nextVersion(), path.nextVersion()];
        table.put(key('a'), (table.get(key('a')) ?? 0) + 1);
        if (fail) throw new RangeError('no');
        return versions;
      });
    const outcomes = await Promise.allSettled([count(), count(true), count()]);
    expect(outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value)).toEqual([
      [1, 2],
      false,
      [3, 4],
    ]);
    expect([path.counted('changes'), table.get(key('a'))]).toEqual([4, 2]);
  });

  test('writes keys of its own scope alone', async () => {
    const { path, table } = open();
    await expect(path.transactIn('ids', () => path.nextVersion())).rejects.toThrow('for the scope ids');
    await expect(path.transactIn('ids', () => table.put(key('a'), 1))).rejects.toThrow('for the scope ids');
    await expect(path.transactIn('ids', () => table.remove(key('a')))).rejects.toThrow('for the scope ids');
    const leases = path.leases<number>();
    const putLease = () => leases.put(key('operations'), 1);
    await expect(path.transact(putLease)).rejects.toThrow('for the scope main');
    await path.transactIn('lease.operations', putLease);
    expect(leases.get(key('operations'))).toBe(1);
    await expect(path.transact(() => path.count('request-ids'))).rejects.toThrow('for the scope main');
    expect([path.counted('changes'), path.counted('request-ids')]).toEqual([0, 0]);
  });

  test('is the only place where anything is written, and each table is opened once', () => {
    const { path, table } = open();
    expect(() => table.put(key('a'), 1)).toThrow('outside a write transaction');
    expect(() => path.nextVersion()).toThrow('outside a write transaction');
    expect(() => path.records('tokens')).toThrow('opened twice');
  });
});

describe('several processes that write to the directory at once', () => {
  const several = (): Store[] => {
    const dataDir = scratchDirectory();
    return ['one', 'other', 'third'].map(() => scratchStore({ dataDir, role: 'control' }));
  };

  test('never give a version or an id twice, and no change of a token is lost', async () => {
    const stores = several();
    const versions: number[] = [];
    const ids: number[] = [];
    const reservationIds: number[] = [];
    let looks = 0;
    /** Adds one to what the token notes, as who reads and writes with If-Match. */
    const increment = async ({ tokens }: Store): Promise<void> => {
      for (;;) {
        const known = tokens.get('SHARED');
        const expected: ExpectedVersion = known?.version ?? 'none';
        const note = String(Number(known?.note ?? 0) + 1);
        try {
          versions.push((await tokens.put({ idTag: 'SHARED', status: 'Accepted', note }, expected)).version);
          return;
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error;
        }
      }
    };
    const each = 30;
    await Promise.all(
      stores.flatMap((store, index) => [
        (async () => {
          for (let round = 0; round < each; round++) await increment(store);
        })(),
        (async () => {
          for (let round = 0; round < each; round++) {
            const own = { idTag: `OWN-${index}-${round}`, status: 'Accepted' } as const;
            versions.push((await store.tokens.put(own)).version);
            ids.push(await store.requestIds.next());
          }
        })(),
        (async () => {
          const isTaken = () => {
            looks++;
            return false;
          };
          for (let round = 0; round < each; round++)
            reservationIds.push(await store.reservationIds.take(isTaken));
        })(),
      ]),
    );
    const all = each * stores.length;
    const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
    const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b);
    expect(sorted(versions)).toEqual(upTo(2 * all));
    expect(sorted(ids)).toEqual(upTo(all));
    expect(sorted(reservationIds)).toEqual(upTo(all));
    for (const { tokens, refresh } of stores) {
      refresh();
      expect([tokens.get('SHARED')?.note, tokens.count()]).toEqual([String(all), all + 1]);
    }
    // Otherwise none of them was ever too late, and this shows nothing.
    expect(looks).toBeGreaterThan(all);
  });

  test('forget together what one of them would', async () => {
    const stores = several();
    const [first] = stores as [Store];
    for (let index = 0; index < 30; index++) await first.certificates.put(certificate(`${index}`));
    const raised = await first.alarms.change(raising(Array.from({ length: 30 }, (_, index) => `${index}`)));
    const end = raised.map(({ id }) => ({ id, reason: 'over' as const }));
    await first.alarms.change({ ...raising([]), end });
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

    const forgotten = stores.map(({ certificates }) => certificates.forgetExpired(NOW));
    expect(sum(await Promise.all(forgotten))).toBe(30);
    expect(sum(await Promise.all(stores.map(({ alarms }) => alarms.prune(10))))).toBe(20);
    first.refresh();
    expect(first.alarms.list({ limit: 100 }).items).toHaveLength(10);
  });

  test('tell each event of an alarm in one notice, and what becomes of an older one changes nothing', async () => {
    const stores = several();
    const [one, other] = stores as [Store, Store];
    const next = ({ alarmQueue }: Store) =>
      alarmQueue.next(newAlarm.ruleId, 'email', { at: NOW, most: 1, listed: 1 });
    await one.alarms.change({ ...raising(['a', 'b']), channels: ['email'] });
    const notices = await Promise.all(stores.map(next));
    const [older] = notices;
    if (!older) throw new Error('nothing is told');
    expect(notices).toEqual([older, older, older]);
    const waiting = () => one.alarmQueue.delivery(newAlarm.ruleId, 'email')?.waiting;
    expect(waiting()).toBe(1);

    await one.alarmQueue.arrived(older, NOW, '');
    const newer = await next(one);
    expect(newer?.id).not.toBe(older.id);
    await other.alarmQueue.arrived(older, NOW, '');
    await other.alarmQueue.failed(older, NOW, 'too late', true);
    one.refresh();
    expect(one.alarmQueue.notice(newAlarm.ruleId, 'email')).toEqual(newer);
    expect(one.alarmQueue.delivery(newAlarm.ruleId, 'email')).toMatchObject({ waiting: 0, lost: 0 });
  });
});
