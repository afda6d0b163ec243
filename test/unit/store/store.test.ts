import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment, EnvironmentError } from '../../../src/journal/environment.ts';
import { NewerDataError } from '../../../src/journal/format.ts';
import { bringUpToDate } from '../../../src/store/schema-version.ts';
import { openStore } from '../../../src/store/store.ts';
import { TransactionIdMark } from '../../../src/store/transaction-id-mark.ts';
import { MAX_TRANSACTION_ID, TransactionIds } from '../../../src/store/transaction-ids.ts';
import { WritePath } from '../../../src/store/write-path.ts';
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
    /"transactions" in .*state.* format 7.* up to 4/,
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

test('an id taken in a transaction that was given up is free again, and none is given twice', async () => {
  const path = new WritePath(scratchEnvironment(), 'state', true);
  const ids = new TransactionIds(path, 'edge-0', mark());
  const take = (fail = false) =>
    path.transact(() => {
      const id = ids.take();
      if (fail) throw new Error('given up');
      return id;
    });
  const outcomes = await Promise.allSettled([take(), take(true), take()]);
  const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(new Set(taken).size).toBe(2);
});

test('edges take from blocks of their own, and a full block is followed by the next free one', async () => {
  const path = new WritePath(scratchEnvironment(), 'state', true);
  const [one, two] = [new TransactionIds(path, 'edge-0', mark()), new TransactionIds(path, 'edge-1', mark())];
  const take = (from: TransactionIds, count: number) =>
    path.transact(() => Array.from({ length: count }, () => from.take()));

  const [first, other, rest] = [await take(one, 999), await take(two, 1), await take(one, 3)];
  expect([first.at(0), first.at(-1)]).toEqual([1, 999]);
  expect(other).toEqual([1_001]);
  expect(rest).toEqual([1_000, 2_001, 2_002]);
});

test('E4: the last id is 2147483647, and after it none is given rather than one that exists', async () => {
  const environment = scratchEnvironment();
  const path = new WritePath(environment, 'state', true);
  const ids = new TransactionIds(path, 'edge-0', mark());
  await path.transact(() =>
    environment.records('meta').put(Buffer.from('transaction-ids'), MAX_TRANSACTION_ID),
  );

  expect(await path.transact(() => ids.take())).toBe(2_147_483_647);
  await expect(path.transact(() => ids.take())).rejects.toThrow(/used up/);
});
