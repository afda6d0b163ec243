import type { Operation } from './openapi/operation.ts';

/** Of operations that need no key, or read no body: strangers may send that much to be read. */
const SMALL = 4 * 1024;
/** Of operations about one thing: the largest is a charging profile or a certificate. */
const USUAL = 256 * 1024;

/**
 * Largest body of an operation, bytes: what it needs, and never more than `most` (`api.bodyLimit`), which
 * lists may have.
 */
export function bodyLimitOf({ open, body }: Operation, most: number): number {
  if (open || !body) return SMALL;
  return body.isList ? most : Math.min(most, USUAL);
}
