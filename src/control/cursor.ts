import { apiError } from './errors.ts';

const TEXT = /^.*$/s;
const NUMBER = /^\d{1,15}$/;
/** Rows before it, and of which query. */
const ROWS = /^[a-zA-Z-]+ \d{1,8}$/;

/** The listings of the API, and how a position within each looks. */
const positions = {
  'alarm-rules': TEXT,
  alarms: /^[0-9a-z-]+$/,
  'api-keys': TEXT,
  audit: NUMBER,
  'campaign-results': TEXT,
  campaigns: TEXT,
  'certificate-requests': /^[0-9a-f]+$/,
  'console-sessions': /^\d{1,15} [0-9a-f]+$/,
  'configuration-drift': TEXT,
  'configuration-templates': TEXT,
  'failed-certificate-requests': /^[0-9a-f]+$/,
  'open-certificate-requests': /^[0-9a-f]+$/,
  certificates: /^[0-9a-f]+$/,
  'charge-points': TEXT,
  'charge-points-in-order': /^\[.*\]$/s,
  'local-lists': TEXT,
  'open-transactions': /^-?\d{1,15} .*$/s,
  reports: TEXT,
  reservations: /^\d{1,16} .*$/s,
  rows: ROWS,
  'saved-filters': TEXT,
  'saved-queries': TEXT,
  sites: TEXT,
  tokens: TEXT,
  users: TEXT,
  transactions: /^-?\d{1,15}-\d{1,15}$/,
} as const satisfies Record<string, RegExp>;

type Listing = keyof typeof positions;

/** Where a page of a listing ended, as clients see it: opaque text that may change with any release. */
export function writeCursor(listing: Listing, position: string): string {
  return Buffer.from(JSON.stringify([listing, position])).toString('base64url');
}

/** The position in a cursor that this listing gave out; anything else is `invalid_parameter`. */
export function readCursor(listing: Listing, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const position = positionIn(listing, cursor);
  if (position === undefined) throw foreignCursor();
  return position;
}

/** The refusal of a cursor that is none of this listing. */
export function foreignCursor(): Error {
  return apiError(
    'invalid_parameter',
    { name: 'cursor', problem: 'must be the `next` of an earlier page' },
    { parameter: 'cursor' },
  );
}

function positionIn(listing: Listing, cursor: string): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(read) || read.length !== 2) return undefined;
  const [of, position] = read as unknown[];
  const fits = of === listing && typeof position === 'string' && positions[listing].test(position);
  return fits ? position : undefined;
}
