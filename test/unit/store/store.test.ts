import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment, EnvironmentError } from '../../../src/journal/environment.ts';
import { NewerDataError } from '../../../src/journal/format.ts';
import { bringUpToDate } from '../../../src/store/schema-version.ts';
import { StatePath } from '../../../src/store/state-path.ts';
import { openStore } from '../../../src/store/store.ts';
import { TransactionIdMark } from '../../../src/store/transaction-id-mark.ts';
import { MAX_TRANSACTION_ID, TransactionIds } from '../../../src/store/transaction-ids.ts';
import { scratchEnvironment } from '../journal/scratch.ts';
import { outboxRows, scratchDirectory, scratchStore } from './scratch.ts';
import { start } from './starts-and-stops.ts';

test('each process changes only what is its own', async () => {
  const dataDir = scratchDirectory();
  const edge = scratchStore({ dataDir, role: 'edge' });
  const control = scratchStore({ dataDir, role: 'control' });
  const analytics = scratchStore({ dataDir, role: 'analytics' });

  await expect(edge.tokens.put({ idTag: 'A', status: 'Accepted' })).rejects.toThrow(EnvironmentError);
  await expect(control.chargePoints.update('CP-1', {}, 1_000)).rejects.toThrow(/may not write to state/);
  await expect(analytics.transactions.start(start())).rejects.toThrow(/adds nothing to the outbox/);
  await expect(analytics.settings.put({ id: 'CP-1' })).rejects.toThrow(/may not write to directory/);
  await control.tokens.put({ idTag: 'A', status: 'Accepted' });
  await edge.transactions.start(start());

  expect(edge.tokens.get('A')?.status).toBe('Accepted');
  expect(control.transactions.openOf('CP-1')).toHaveLength(1);
  expect(outboxRows(analytics, 'transactions')).toHaveLength(1);
});

test('keys of charge points are checked by every process that shares the data directory, and by no other', () => {
  const dataDir = scratchDirectory();
  const key = Buffer.from('00ff3a80c1d2e3f4a5b60718293a4b5c', 'hex');
  const keyHash = scratchStore({ dataDir, role: 'control' }).keys.hash(key);
  const edge = scratchStore({ dataDir, role: 'edge' });

  expect(edge.keys.verify(key, keyHash)).toBe(true);
  expect(edge.keys.verify(Buffer.from('another key of sixteen'), keyHash)).toBe(false);
  expect(edge.keys.verify(key, undefined)).toBe(false);
  expect(scratchStore().keys.verify(key, keyHash)).toBe(false);
  expect(statSync(join(dataDir, 'pepper')).mode & 0o077).toBe(0);
});

test('a data directory that a newer Farad wrote is refused, and nothing in it is touched', async () => {
  const dataDir = scratchDirectory();
  await openStore({ dataDir, role: 'setup' }).close();
  const path = join(dataDir, 'state');
  const newer = new Environment(path);
  await newer.transact(() => newer.records('schema').put(Buffer.from('transactions'), 7));
  await newer.close();

  expect(() => openStore({ dataDir, role: 'edge' })).toThrow(NewerDataError);
  expect(() => openStore({ dataDir, role: 'edge' })).toThrow(
    /"transactions" in .*state.* format 7.* up to 5/,
  );
  expect(scratchEnvironment(path).records('schema').get(Buffer.from('transactions'))).toBe(7);
});

test('a kind of record that only a newer Farad knows is refused as well', async () => {
  const environment = scratchEnvironment();
  bringUpToDate(environment, 'here', [
    { name: 'things', migrations: [] },
    { name: 'novelties', migrations: [] },
  ]);
  expect(() => bringUpToDate(environment, 'here', [{ name: 'things', migrations: [] }])).toThrow(
    /"novelties" in here/,
  );
});

test('an older data directory is migrated step by step, once', () => {
  const environment = scratchEnvironment();
  const table = environment.records<Record<string, unknown>>('things');
  const key = Buffer.from('a');
  bringUpToDate(environment, 'here', [{ name: 'things', migrations: [] }]);
  environment.transactSync(() => table.put(key, { name: 'Old' }));
  const ran: string[] = [];
  const rename = () => {
    ran.push('rename');
    const { name, ...rest } = table.get(key) ?? {};
    table.put(key, { ...rest, title: name });
  };
  const shout = () => {
    ran.push('shout');
    const record = table.get(key);
    table.put(key, { ...record, title: String(record?.title).toUpperCase() });
  };

  bringUpToDate(environment, 'here', [{ name: 'things', migrations: [rename] }]);
  expect(table.get(key)).toEqual({ title: 'Old' });
  bringUpToDate(environment, 'here', [{ name: 'things', migrations: [rename, shout] }]);
  bringUpToDate(environment, 'here', [{ name: 'things', migrations: [rename, shout] }]);
  expect(table.get(key)).toEqual({ title: 'OLD' });
  expect(ran).toEqual(['rename', 'shout']);
});

test('a new data directory needs no migration, and one that fails leaves everything as it was', () => {
  const fresh = scratchEnvironment();
  const forbidden = () => {
    throw new Error('cannot be migrated');
  };
  bringUpToDate(fresh, 'here', [{ name: 'things', migrations: [forbidden] }]);

  const old = scratchEnvironment();
  const table = old.records<number>('things');
  bringUpToDate(old, 'here', [{ name: 'things', migrations: [] }]);
  const halfway = () => table.put(Buffer.from('a'), 1);
  const upgrade = () => bringUpToDate(old, 'here', [{ name: 'things', migrations: [halfway, forbidden] }]);
  expect(upgrade).toThrow('cannot be migrated');
  expect(upgrade).toThrow('cannot be migrated');
  expect(table.get(Buffer.from('a'))).toBeUndefined();
});

const mark = () => new TransactionIdMark(scratchDirectory());

/** The transactionIds of a process; each `take` is kept by a write transaction of its own. */
function idsOn(path: StatePath) {
  const ids = new TransactionIds(path, mark());
  return (fail = false) =>
    ids.lend((takeId) =>
      path.transact('CP-1', () => {
        if (fail) throw new Error(`${takeId()} is given up`);
        return takeId();
      }),
    );
}

test('none is given twice, also where one was taken in a transaction that was given up', async () => {
  const take = idsOn(new StatePath(scratchEnvironment(), true));
  const outcomes = await Promise.allSettled([take(), take(true), take()]);
  const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  // What was taken by work that threw is not given again.
  expect(taken).toEqual([1, 3]);
  expect(outcomes[1]).toMatchObject({ reason: { message: '2 is given up' } });
});

test('processes take from blocks of their own, and draw the next ones in time for thousands at once', async () => {
  const environment = scratchEnvironment();
  const [one, two] = [idsOn(new StatePath(environment, true)), idsOn(new StatePath(environment, true))];
  expect([await one(), await two(), await one()]).toEqual([1, 1_001, 2]);
  const all = await Promise.all(Array.from({ length: 5_000 }, () => one()));
  expect(new Set([1, 1_001, 2, ...all]).size).toBe(5_003);
  const drawn = () => environment.records<number>('meta').get(Buffer.from('transaction-ids'));
  const next = drawn() ?? 0;
  expect(next).toBeGreaterThan(Math.max(...all));
  expect(next).toBeLessThanOrEqual(8_001);
  // Nobody who takes none uses one up.
  const idle = new TransactionIds(new StatePath(environment, true), mark());
  for (let index = 0; index < 2_000; index++) await idle.lend(async () => undefined);
  environment.endRead();
  expect(drawn()).toBe(next + 1_000);
});

test('E4: the last id is 2147483647, and after it none is given rather than one that exists', async () => {
  const environment = scratchEnvironment();
  const take = idsOn(new StatePath(environment, true));
  await environment.transact(() =>
    environment.records('meta').put(Buffer.from('transaction-ids'), MAX_TRANSACTION_ID),
  );

  expect(await take()).toBe(2_147_483_647);
  await expect(take()).rejects.toThrow(/used up/);
});
