import type { Environment } from '../journal/environment.ts';
import { after, allOf, keyOf, numberKey, textKey } from '../store/keys.ts';
import { copiedTables } from '../store/replicated.ts';
import { STATE_TABLES } from '../store/tables.ts';
import type { Entry } from './state-hash.ts';

/** Charge points of a slice, and entries of a slice of `directory`. */
const CHARGE_POINTS = 100;
const ENTRIES = 2000;

/**
 * Transactions that began so long before the slice are left out: each node forgets old ones by itself, ms.
 */
const YOUNG_MS = 30 * 60_000;

/**
 * Tables of charge points that nodes need not agree about: each clears silent jobs and old transactions at
 * its own time.
 */
const CLEARED: ReadonlySet<string> = new Set(['jobs', 'open-jobs', 'transactions-by-charge-point']);

/** Tables whose keys begin with the charge point. */
const OF_CHARGE_POINTS = copiedTables('state').filter((name) => {
  const [first] = STATE_TABLES[name as keyof typeof STATE_TABLES] as readonly string[];
  return first === 'charge point' && !CLEARED.has(name);
});

/**
 * What a copy holds of some charge points whose changes are in one stream: those from `from` on, a piece
 * each. It is the same on all nodes whose copies are at the same place of that stream, whatever of other
 * streams they have. `at`: time of the slice, epoch ms.
 */
export function* sliceOfState(
  state: Environment,
  { from, at, isIn }: { from: string; at: number; isIn: (chargePointId: string) => boolean },
): Generator<Entry[]> {
  const ids = state.bytes('charge-points');
  const tables = OF_CHARGE_POINTS.map((name) => ({ name, table: state.bytes(name) }));
  const byTime = state.records<number>('transactions-by-charge-point');
  const transactions = state.bytes('transactions');
  let found = 0;
  for (let start = textKey(from); found < CHARGE_POINTS; ) {
    const [key] = ids.getKeys({ start, limit: 1 });
    if (!key) return;
    start = after(Buffer.from(key));
    const id = textOf(key);
    if (id === undefined || !isIn(id)) continue;
    found++;
    const entries = tables.flatMap(({ name, table }): Entry[] =>
      [...table.getRange(allOf(id))].map(({ key, value }) => [name, key, value]),
    );
    const young = { start: keyOf(id, at - YOUNG_MS), end: allOf(id).end };
    for (const { value } of byTime.getRange(young)) {
      const record = transactions.get(numberKey(value));
      if (record) entries.push(['transactions', numberKey(value), record]);
    }
    yield entries;
  }
}

/** What a copy holds of one table of `directory`; which one and from where on, `turn` decides. */
export function sliceOfDirectory(directory: Environment, turn: number): Entry[] {
  const tables = copiedTables('directory');
  const name = tables[turn % tables.length] as string;
  const table = directory.bytes(name);
  const start = keyWithin(table, turn);
  const entries = [...table.getRange({ ...(start && { start }), limit: ENTRIES })];
  return entries.map(({ key, value }) => [name, key, value]);
}

/** A key somewhere between the first and the last one of a table, which need not be there. */
function keyWithin(table: ReturnType<Environment['bytes']>, turn: number): Buffer | undefined {
  const [first] = table.getKeys({ limit: 1 });
  const [last] = table.getKeys({ reverse: true, limit: 1 });
  if (!first || !last) return undefined;
  let common = 0;
  while (common < first.length && first[common] === last[common]) common++;
  const [low, high] = [first[common] ?? 0, last[common] ?? 0];
  return Buffer.from([...last.subarray(0, common), low + (turn % (high - low + 1))]);
}

/** The charge point of a key; undefined where it was too long or too strange to stand there as it is. */
function textOf(key: Uint8Array): string | undefined {
  const text = Buffer.from(key).subarray(0, -1).toString();
  return textKey(text).equals(key) ? text : undefined;
}
