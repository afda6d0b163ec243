import { Packr } from 'msgpackr';
import { LOG_FORMAT } from './log-identity.ts';

/** Since this format a message may hold several changes. A message has the oldest one that can hold it. */
export const FORMAT_OF_SEVERAL = 2;
const FORMAT_OF_ONE = 1;

/** Most bytes of a message in the log; what a change puts beyond that goes in parts before it. */
export const MAX_CHANGE_BYTES = 256 * 1024;

/** Most bytes of a key in LMDB. */
const MAX_KEY_BYTES = 1978;

const packr = new Packr({ useRecords: false });

/** Names a change by its place in the log. */
export interface ChangeRef {
  /** Its sequence in the stream. */
  readonly seq: number;
  /** Tells it from another one that got the same sequence in a log that has lost some. */
  readonly id: string;
}

/** What the first change of a scope is based on in a log that began with nothing. */
export const NO_CHANGE: ChangeRef = { seq: 0, id: '' };

export type Put = readonly [table: string, key: Uint8Array, value: Uint8Array];
export type Delete = readonly [table: string, key: Uint8Array];

/**
 * What a piece of work has come to, as it stands in the log: it takes effect where its base is the newest.
 */
export interface Change {
  /** Unique; the same each time that it is sent again. */
  readonly id: string;
  /** What its keys belong to, such as a charge point. */
  readonly scope: string;
  /** The newest change of the scope when the work was done. */
  readonly base: ChangeRef;
  /** The node that did it. */
  readonly node: string;
  /** Keys and values as LMDB holds them. */
  readonly puts: readonly Put[];
  readonly deletes: readonly Delete[];
  /** Chunks of rows for ClickHouse, as the journal holds them. */
  readonly rows: readonly Uint8Array[];
  /** Where in the stream the parts are that hold its puts and deletes; absent: it holds them itself. */
  readonly parts?: readonly number[];
}

/** What stands at one place of the log; each change is decided about by itself. */
export interface Changes {
  /** Of the only change; or of the message, where it holds several, which are of different scopes. */
  readonly id: string;
  readonly changes: readonly [Change, ...Change[]];
}

/** A part of the puts and deletes of a change that is too large for one message. */
export interface Part {
  /** Unique; the same each time that it is sent again. */
  readonly id: string;
  /** The change, which comes after all of its parts. */
  readonly of: string;
  readonly part: Uint8Array;
}

/** Why a change can be neither written nor read. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly reason: 'too_large' | 'malformed' | 'newer_format';

  constructor(reason: ChangeError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Returns the message of a change. Throws ChangeError for one that nobody could read, or that is too large.
 */
export function encodeChange(change: Change): Uint8Array {
  checkChange(change);
  const { base, ...members } = change;
  return encode(FORMAT_OF_ONE, { ...members, base: [base.seq, base.id] });
}

/**
 * Returns a message of several changes, each as `encodeChange` returned it. Throws ChangeError where they are
 * too large together.
 */
export function encodeChanges(id: string, changes: readonly Uint8Array[]): Uint8Array {
  return encode(FORMAT_OF_SEVERAL, { id, changes });
}

/** As `encodeChange`. */
export function encodePart(part: Part): Uint8Array {
  checkPart(part);
  return encode(FORMAT_OF_ONE, { ...part });
}

function encode(format: number, members: Readonly<Record<string, unknown>>): Uint8Array {
  const bytes = packr.pack({ format, ...members });
  checkSize(bytes);
  return bytes;
}

/**
 * Reads a message of the log; keys, values and parts are views of `bytes`. Throws ChangeError for what this
 * release cannot read, whatever the bytes are.
 */
export function decodeMessage(bytes: Uint8Array): Changes | Part {
  checkSize(bytes);
  const message = unpack(bytes);
  checkFormat(message);
  const { id, of, part, changes } = message;
  if (part !== undefined) {
    const one = { id, of, part };
    checkPart(one);
    return one;
  }
  if (changes === undefined) {
    const change = readChange(message);
    return { id: change.id, changes: [change] };
  }
  checkTexts({ id });
  if (!isListOf(changes, isBytes)) throw malformed('a change is not bytes');
  const [first, ...others] = (changes as Uint8Array[]).map(decodeOneOfSeveral);
  if (first === undefined || others.length === 0) throw malformed('it does not hold several changes');
  return { id: id as string, changes: [first, ...others] };
}

function decodeOneOfSeveral(bytes: Uint8Array): Change {
  const message = unpack(bytes);
  checkFormat(message);
  return readChange(message);
}

function checkFormat(message: Readonly<Record<string, unknown>>): void {
  const { format } = message;
  if (!isSequence(format) || format === 0) throw malformed('it has no format');
  if (format > LOG_FORMAT) {
    throw new ChangeError(
      'newer_format',
      `the change has format ${format}, and this Farad reads ${LOG_FORMAT} at most`,
    );
  }
}

function readChange(message: Readonly<Record<string, unknown>>): Change {
  const { id, scope, base, node, puts, deletes, rows, parts } = message;
  if (!Array.isArray(base)) throw malformed('it has no base');
  const members = { id, scope, base: { seq: base[0], id: base[1] }, node, puts, deletes, rows };
  const change = parts === undefined ? members : { ...members, parts };
  checkChange(change);
  return change;
}

/** What a change puts and deletes, as it is cut into parts. */
export function encodeContent({ puts, deletes }: Pick<Change, 'puts' | 'deletes'>): Uint8Array {
  return packr.pack([puts, deletes]);
}

/** Throws ChangeError for anything that `encodeContent` has not made. */
export function decodeContent(bytes: Uint8Array): Pick<Change, 'puts' | 'deletes'> {
  const content = unpack(bytes);
  if (!Array.isArray(content)) throw malformed('its parts hold no lists');
  const [puts, deletes]: unknown[] = content;
  checkContent(puts, deletes);
  return { puts, deletes: deletes as Delete[] };
}

function unpack(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = packr.unpack(bytes);
  } catch (error) {
    throw malformed('it is no msgpack', { cause: error });
  }
  if (typeof message !== 'object' || message === null) throw malformed('it is no map');
  return message as Readonly<Record<string, unknown>>;
}

type Unread<Shape> = { readonly [Key in keyof Shape]: unknown };

function checkChange(
  change: Unread<Omit<Change, 'base' | 'parts'>> & {
    readonly base: Unread<ChangeRef>;
    readonly parts?: unknown;
  },
): asserts change is Change {
  const { id, scope, base, node, puts, deletes, rows, parts } = change;
  checkTexts({ id, scope, node });
  if (!isSequence(base.seq) || typeof base.id !== 'string') throw malformed('it has no base');
  checkContent(puts, deletes);
  if (!isListOf(rows, isBytes)) throw malformed('rows are not bytes');
  if (parts !== undefined && !isListOf(parts, isSequence)) throw malformed('a part is not a sequence');
}

function checkContent(puts: unknown, deletes: unknown): asserts puts is Put[] {
  if (!isListOf(puts, isPut)) throw malformed('a put is not table, key and value');
  if (!isListOf(deletes, isDelete)) throw malformed('a delete is not table and key');
}

function checkPart(part: Unread<Part>): asserts part is Part {
  const { id, of, part: bytes } = part;
  checkTexts({ id, of });
  if (!isBytes(bytes)) throw malformed('a part is not bytes');
}

function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(texts))
    if (typeof value !== 'string' || value === '') throw malformed(`it has no ${name}`);
}

function isListOf(list: unknown, isOne: (one: unknown) => boolean): boolean {
  // A loop over all places: `every` leaves out the holes of an array.
  if (!Array.isArray(list)) return false;
  for (let place = 0; place < list.length; place++) if (!isOne(list[place])) return false;
  return true;
}

function isPut(put: unknown): boolean {
  return Array.isArray(put) && put.length === 3 && isPlace(put[0], put[1]) && isBytes(put[2]);
}

function isDelete(gone: unknown): boolean {
  return Array.isArray(gone) && gone.length === 2 && isPlace(gone[0], gone[1]);
}

function isPlace(table: unknown, key: unknown): boolean {
  const isTable = typeof table === 'string' && table !== '';
  return isTable && isBytes(key) && key.length > 0 && key.length <= MAX_KEY_BYTES;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function checkSize({ length }: Uint8Array): void {
  if (length <= MAX_CHANGE_BYTES) return;
  throw new ChangeError('too_large', `the change has ${length} bytes, and ${MAX_CHANGE_BYTES} are the most`);
}

function malformed(what: string, options?: ErrorOptions): ChangeError {
  return new ChangeError('malformed', `this is not a change: ${what}`, options);
}
