import { Conditions } from './parameters.ts';
import { HOUR_MS } from './range.ts';

/** As ClickHouse keeps the begin of an hour: seconds in 32 bits. */
const LAST_SECOND = 2 ** 32 - 1;

/**
 * Conditions on messages received from `from` on and before `to`, epoch ms. The log is ordered by the hour of
 * receipt, and ClickHouse does not conclude from a time which hours are left out.
 */
export function loggedBetween(from: number | undefined, to: number | undefined): Conditions {
  return new Conditions()
    .where("toStartOfHour(received_at) >= toDateTime({firstHour:UInt32}, 'UTC')", 'firstHour', hourOf(from))
    .where("toStartOfHour(received_at) <= toDateTime({lastHour:UInt32}, 'UTC')", 'lastHour', hourOf(to))
    .between('received_at', from, to);
}

/** Begin of its hour, in s. */
function hourOf(at: number | undefined): number | undefined {
  if (at === undefined) return undefined;
  return Math.min(Math.max(0, (Math.floor(at / HOUR_MS) * HOUR_MS) / 1000), LAST_SECOND);
}
