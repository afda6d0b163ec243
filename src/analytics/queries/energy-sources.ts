import { DAY_MS, type Range } from './range.ts';

/** Energy that flows on is kept by quarters of an hour. */
const QUARTER_MS = 900_000;

/**
 * Of an item from `begin` to `end` (ms of the day) what lies from {from} to {to}, where it counts as even;
 * nought outside of them. `midnight`: of the day, epoch ms.
 */
const SHARE = `if(midnight + begin >= {from:Int64} AND midnight + end <= {to:Int64}, 1,
  (least(midnight + end, {to:Int64}) - greatest(midnight + begin, {from:Int64})) / (end - begin))`;
const IS_WITHIN = `midnight + begin < {to:Int64} AND (midnight + end > {from:Int64} OR midnight + begin = {from:Int64})`;
const MIDNIGHT = `toInt64(day) * ${DAY_MS} AS midnight`;

/**
 * Rows of items (`opening` and what the columns of an item are, `share` of the amount) of the days from
 * {firstDay} to {lastDay}. `ofDays` bounds which days of connectors are read, `ofItems` which of their items.
 */
export function items(ofDays: string, ofItems: string): string {
  return `(
  SELECT charge_point_id, connector_id, id_tag, toString(kind) AS kind, amount, amount * ${SHARE} AS share, midnight + begin AS opening
  FROM (
    SELECT ${MIDNIGHT}, charge_point_id, connector_id, since, until, transaction_ids, id_tags, kinds, amounts
    FROM energy_days FINAL
    PREWHERE day BETWEEN {firstDay:Int32} AND {lastDay:Int32} AND ${ofDays}
  )
  ARRAY JOIN since AS begin, until AS end, transaction_ids AS transaction_id, id_tags AS id_tag, kinds AS kind, amounts AS amount
  WHERE ${IS_WITHIN} AND ${ofItems}
)`;
}

/**
 * The same of the whole fleet as `kind`, `amount`, `share` and `opening`, out of its sums by quarters of an
 * hour. Where `from` or `to` lies within a quarter, that quarter is read item by item.
 */
export function sumsOfFleet({ from, to }: Range): string {
  const begin = Math.ceil(from / QUARTER_MS) * QUARTER_MS;
  const end = Math.floor(to / QUARTER_MS) * QUARTER_MS;
  const columns = 'kind, amount, share, opening';
  const edges = [
    ...(from < begin ? [[begin - QUARTER_MS, begin]] : []),
    ...(end < to && begin <= end ? [[end, end + QUARTER_MS]] : []),
  ].map(([first, next]) => edge(first as number, next as number));
  const parts = edges.map((each) => `SELECT ${columns} FROM ${each}`);
  if (begin < end) {
    parts.push(`
  SELECT toString(kind) AS kind, amount, amount AS share, toInt64(day) * ${DAY_MS} + quarter * ${QUARTER_MS} AS opening
  FROM (SELECT day, quarters, kinds, amounts FROM energy_fleet_days FINAL PREWHERE day BETWEEN {firstDay:Int32} AND {lastDay:Int32})
  ARRAY JOIN quarters AS quarter, kinds AS kind, amounts AS amount
  WHERE opening >= ${begin} AND opening < ${end}`);
  }
  return `(${parts.join('\n  UNION ALL\n')})`;
}

/**
 * What begins in a quarter of an hour, epoch ms: of each day of a connector, whose items stand in the order
 * of time, only the few items of it are looked at.
 */
function edge(first: number, next: number): string {
  const day = Math.floor(first / DAY_MS);
  const [begin, end] = [first - day * DAY_MS, next - day * DAY_MS];
  const few = ['since', 'until', 'kinds', 'amounts']
    .map((column) => `arraySlice(${column}, place, number) AS few_${column}`)
    .join(', ');
  return `(
  SELECT toString(kind) AS kind, amount, amount * ${SHARE} AS share, midnight + begin AS opening
  FROM (
    SELECT ${MIDNIGHT}, greatest(arrayFirstIndex(at -> at >= ${begin}, since), 1) AS place, arrayCount(at -> at >= ${begin} AND at < ${end}, since) AS number, ${few}
    FROM energy_days FINAL
    PREWHERE day = ${day}
  )
  ARRAY JOIN few_since AS begin, few_until AS end, few_kinds AS kind, few_amounts AS amount
  WHERE ${IS_WITHIN}
)`;
}

/**
 * What each day of a connector adds up to from `from` to `to`: `wh`, and what else there is by its kind
 * (`odd_kinds`, `odd_amounts`). Only of the first and the last day items are read.
 */
export function sumsOfConnectors({ from, to }: Range): string {
  const [first, last] = [Math.ceil(from / DAY_MS), Math.floor(to / DAY_MS) - 1];
  const [firstDay, lastDay] = [Math.floor(from / DAY_MS), Math.floor((to - 1) / DAY_MS)];
  const cut = [...new Set([firstDay, lastDay])].filter((day) => day < first || day > last);
  const parts: string[] = [];
  if (first <= last) {
    parts.push(`
  SELECT charge_point_id, connector_id, wh, odd_kinds, odd_amounts FROM energy_days FINAL PREWHERE day BETWEEN ${first} AND ${last}`);
  }
  if (cut.length > 0) {
    const isOdd = `kind != '' AND midnight + begin >= {from:Int64} AND midnight + begin < {to:Int64}`;
    // Where both lie at quarters of an hour no item is cut, and its end says nothing.
    const sum =
      from % QUARTER_MS === 0 && to % QUARTER_MS === 0
        ? `arraySum((begin, kind, amount) -> if(kind = '' AND midnight + begin >= {from:Int64} AND midnight + begin < {to:Int64}, amount, 0), since, kinds, amounts)`
        : `arraySum((begin, end, kind, amount) -> if(kind = '' AND ${IS_WITHIN}, amount * ${SHARE}, 0), since, until, kinds, amounts)`;
    parts.push(`
  SELECT charge_point_id, connector_id, ${sum} AS wh,
    if(empty(odd_kinds), [], arrayFilter((kind, begin) -> ${isOdd}, kinds, since)) AS odd_kinds,
    if(empty(odd_kinds), [], arrayFilter((amount, kind, begin) -> ${isOdd}, amounts, kinds, since)) AS odd_amounts
  FROM (SELECT ${MIDNIGHT}, charge_point_id, connector_id, since, until, kinds, amounts, odd_kinds FROM energy_days FINAL PREWHERE day IN (${cut.join(', ')}))`);
  }
  return `(${parts.join('\n  UNION ALL\n')})`;
}
