import { BadParameter, type Parameters } from './parameters.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** From `from` on and before `to`, epoch ms. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Reads `from` and `to`, at most `longest` ms apart. Throws BadParameter. */
export function rangeOf(given: Parameters, longest = 400 * DAY_MS): Range {
  const from = given.requiredTime('from');
  const to = given.requiredTime('to');
  if (from >= to) throw new BadParameter('from must lie before to');
  if (to - from > longest) {
    throw new BadParameter(`from and to may be at most ${Math.round(longest / DAY_MS)} days apart`);
  }
  return { from, to };
}

/** A placeholder of a Range as a time. */
export const FROM = "fromUnixTimestamp64Milli({from:Int64}, 'UTC')";
export const TO = "fromUnixTimestamp64Milli({to:Int64}, 'UTC')";
