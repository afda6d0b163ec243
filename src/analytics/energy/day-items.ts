import type { EnergyAccount } from '../../energy/account.ts';
import type { EnergyItem, LastFlow } from '../../records/energy-days.ts';
import { DAY_MS } from '../queries/range.ts';
import type { TaggedTransaction } from './energy-inputs.ts';

/** Energy that flows on is kept by quarters of an hour, in which it counts as even. */
const QUARTER_MS = 900_000;

type Item = { -readonly [Key in keyof EnergyItem]: EnergyItem[Key] };

/**
 * What of an account lies in a day of UTC. What begins anew within a quarter of an hour is an item of its
 * own, so that none counts for a time without energy.
 */
export function itemsOfDay(
  account: EnergyAccount,
  transactions: readonly TaggedTransaction[],
  day: number,
): EnergyItem[] {
  const [begin, end] = [day * DAY_MS, (day + 1) * DAY_MS];
  const tags = new Map(transactions.map(({ transactionId, idTag }) => [transactionId, idTag]));
  const items: Item[] = [];
  const flowing = new Map<number, Item>();
  const itemOf = (at: number, named: number | null, kind: string, amount: number): Item => {
    const idTag = named === null ? undefined : tags.get(named);
    const transactionId = idTag === undefined ? 0 : (named ?? 0);
    const since = at - begin;
    return { since, until: since, transactionId, idTag: idTag ?? '', kind, amount };
  };
  const flows = (at: number, next: number, named: number | null, wh: number) => {
    const item = { ...itemOf(at, named, '', wh), until: next - begin };
    const last = flowing.get(item.transactionId);
    if (last?.until === item.since && quarterOf(last.since) === quarterOf(item.since)) {
      last.until = item.until;
      last.amount += wh;
      return;
    }
    flowing.set(item.transactionId, item);
    items.push(item);
  };
  const isIn = (at: number) => at >= begin && at < end;
  const happens = (at: number, named: number | null, kind: string) => {
    if (isIn(at)) items.push(itemOf(at, named, kind, 1));
  };
  for (const { since, until, wh, transactionId } of account.pieces) {
    if (since === until) {
      if (isIn(until)) flows(until, until, transactionId, wh);
      continue;
    }
    const last = Math.min(until, end);
    for (let at = Math.max(since, begin); at < last; ) {
      const next = Math.min(last, at - (at % QUARTER_MS) + QUARTER_MS);
      flows(at, next, transactionId, (wh * (next - at)) / (until - since));
      at = next;
    }
  }
  for (const { at, transactionId } of account.falls) happens(at, transactionId, 'fall');
  for (const { at, transactionId, reason } of account.leftOut) happens(at, transactionId, reason);
  for (const { transactionId, startedAt, state, isSession } of transactions) {
    if (state === 'open' || !isSession) continue;
    if (account.transactions.get(transactionId)?.energyWh === null)
      happens(startedAt, transactionId, 'unknown');
  }
  return items.sort((a, b) => a.since - b.since);
}

/**
 * Until when in a day of UTC energy of each transaction flowed, of those that readings are about. `items`:
 * those of the day.
 */
export function lastFlowsOf(
  items: readonly EnergyItem[],
  account: EnergyAccount,
  transactions: readonly TaggedTransaction[],
  day: number,
): LastFlow[] {
  const untilOf = new Map<number, number>();
  for (const { transactionId, startedAt } of transactions) {
    const since = startedAt - day * DAY_MS;
    const isEmpty = account.transactions.get(transactionId)?.energyWh === 0;
    if (isEmpty && since >= 0 && since < DAY_MS) untilOf.set(transactionId, since);
  }
  const unread = unreadOf(account, transactions);
  for (const { transactionId, kind, amount, until } of items) {
    if (transactionId === 0 || kind !== '' || amount <= 0 || unread.has(transactionId)) continue;
    untilOf.set(transactionId, Math.max(untilOf.get(transactionId) ?? 0, until));
  }
  return [...untilOf].map(([transactionId, until]) => ({ transactionId, until }));
}

/** Transactions whose energy is shared out evenly from start to stop, because nothing was read in between. */
function unreadOf({ pieces }: EnergyAccount, transactions: readonly TaggedTransaction[]): Set<number> {
  const ends = new Map(transactions.map((one) => [one.transactionId, one]));
  const unread = new Set<number>();
  for (const { since, until, transactionId } of pieces) {
    const own = transactionId === null ? undefined : ends.get(transactionId);
    if (own && since === own.startedAt && until === own.stoppedAt) unread.add(own.transactionId);
  }
  return unread;
}

function quarterOf(ofDay: number): number {
  return Math.floor(ofDay / QUARTER_MS);
}
