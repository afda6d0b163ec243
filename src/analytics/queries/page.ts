import type { Parameters } from './parameters.ts';

/** Which rows of an answer: `limit`, `offset`. */
export interface Window {
  readonly limit: number;
  readonly offset: number;
}

/** As SQL, at the end of a query whose parameters hold a Window. */
export const WINDOW = 'LIMIT {limit:UInt32} OFFSET {offset:UInt32}';

/** Reads `limit` and `offset`. Throws BadParameter. */
export function windowOf(given: Parameters, { max, byDefault }: { max: number; byDefault: number }): Window {
  return {
    limit: given.integer('limit', { min: 1, max, byDefault }),
    offset: given.integer('offset', { min: 0, max: 10_000_000, byDefault: 0 }),
  };
}
