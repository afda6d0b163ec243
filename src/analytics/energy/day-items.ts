import type { EnergyAccount } from '../../energy/account.ts';
import type { EnergyItem } from '../../records/energy-days.ts';
import { DAY_MS } from '../queries/range.ts';
import type { TaggedTransaction } from './energy-inputs.ts';

/** Energy is kept by quarters of an hour, in which it counts as even. */
export const QUARTER_MS = 900_000;

/** What of an account lies in a day of UTC, by quarters of an hour. */
export function itemsOfDay(
  account: EnergyAccount,
  transactions: readonly TaggedTransaction[],
  day: number,
): EnergyItem[] {
  const [begin, end] = [day * DAY_MS, (day + 1) * DAY_MS];
  const tags = new Map(transactions.map(({ transactionId, idTag }) => [transactionId, idTag]));
  const items = new Map<string, { -readonly [Key in keyof EnergyItem]: EnergyItem[Key] }>();
  const add = (at: number, named: number | null, kind: string, amount: number) => {
    const quarter = Math.floor((at - begin) / QUARTER_MS);
    const idTag = named === null ? undefined : tags.get(named);
    const transactionId = idTag === undefined ? 0 : (named ?? 0);
    const key = `${quarter} ${transactionId} ${kind}`;
    const known = items.get(key);
    if (known) known.amount += amount;
    else items.set(key, { quarter, transactionId, idTag: idTag ?? '', kind, amount });
  };
  const isIn = (at: number) => at >= begin && at < end;
  for (const { since, until, wh, transactionId } of account.pieces) {
    if (since === until) {
      if (isIn(until)) add(until, transactionId, '', wh);
      continue;
    }
    const last = Math.min(until, end);
    for (let at = Math.max(since, begin); at < last; ) {
      const next = Math.min(last, at - (at % QUARTER_MS) + QUARTER_MS);
      add(at, transactionId, '', (wh * (next - at)) / (until - since));
      at = next;
    }
  }
  for (const { at, transactionId } of account.falls) if (isIn(at)) add(at, transactionId, 'fall', 1);
  for (const { at, transactionId, reason } of account.leftOut)
    if (isIn(at)) add(at, transactionId, reason, 1);
  for (const { transactionId, startedAt, state, flags } of transactions) {
    // A second stop of a transaction is no transaction of its own.
    if (!isIn(startedAt) || state === 'open' || flags.includes('conflicting-stop')) continue;
    if (account.transactions.get(transactionId)?.energyWh === null)
      add(startedAt, transactionId, 'unknown', 1);
  }
  return [...items.values()].sort((a, b) => a.quarter - b.quarter);
}
