import { apiError } from './errors.ts';

/** Where a page ended, as clients see it: opaque text that may change with any release. */
export function writeCursor(position: string): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position in a cursor that this API gave out; anything else is `invalid_parameter`. */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof position === 'string') return position;
  } catch {
    // Not ours: refused below.
  }
  throw apiError(
    'invalid_parameter',
    { name: 'cursor', problem: 'must be the `next` of an earlier page' },
    { parameter: 'cursor' },
  );
}
