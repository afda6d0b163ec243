import { encoded, putEncoded } from '../journal/encoded.ts';
import type { KeyBytes, Keyed, KeyRange, Table } from '../journal/table.ts';
import type { TableChange } from './change-driver.ts';
import type { Recording } from './recorder.ts';

/** What a change does to a record. */
interface Entry<Value> {
  readonly key: KeyBytes;
  /** Undefined: it is removed. */
  value: Value | undefined;
  /** As it is stored. */
  bytes: Buffer | undefined;
}

/** LMDB's limit. */
const MAX_KEY_BYTES = 1_978;

/** Most changes write one or two records of a table; from so many on they are looked for by name. */
const FEW = 16;

/**
 * A table that notes what work writes instead of writing it. The work that is running, and what comes after
 * it in the same change, see what was noted as if it were written; nobody else does.
 */
export class RecordingTable<Value> implements Table<Value> {
  private readonly name: string;
  private readonly table: Table<Value>;
  private readonly recorder: Recording;
  /** What the present change does; undefined where it does nothing. */
  private noted: Entry<Value>[] | undefined;
  /** Of many, by the key in Latin-1. */
  private byName: Map<string, Entry<Value>> | undefined;
  /** As of the snapshot with this number. */
  private emptiness: { readonly reading: number; readonly isEmpty: boolean } | undefined;

  constructor(name: string, table: Table<Value>, recorder: Recording) {
    this.name = name;
    this.table = table;
    this.recorder = recorder;
  }

  get(key: KeyBytes): Value | undefined {
    const entry = this.entryOf(key);
    return entry === undefined ? this.table.get(key) : entry.value;
  }

  doesExist(key: KeyBytes): boolean {
    const entry = this.entryOf(key);
    return entry === undefined ? this.table.doesExist(key) : entry.bytes !== undefined;
  }

  getRange(range: KeyRange): Iterable<Keyed<Value>> {
    const noted = this.notedIn(range);
    return noted.length === 0
      ? this.table.getRange(range)
      : merged(this.table.getRange(withoutLimit(range)), ({ key }) => key, noted, asKeyed, range);
  }

  getKeys(range: KeyRange): Iterable<KeyBytes> {
    const noted = this.notedIn(range);
    return noted.length === 0
      ? this.table.getKeys(range)
      : merged(
          this.table.getKeys(withoutLimit(range)),
          (key) => key,
          noted,
          ({ key }) => key,
          range,
        );
  }

  getCount(range: KeyRange): number {
    if (this.noted === undefined) return this.table.getCount(range);
    let count = 0;
    for (const _ of this.getKeys(range)) count++;
    return count;
  }

  /** Without what is only noted. */
  getStats(): unknown {
    return this.table.getStats();
  }

  /** Whether it holds nothing at all; for tables that mostly do, and that nearly every piece of work asks. */
  get isEmpty(): boolean {
    if (this.noted !== undefined) return isDone(this.getKeys({ limit: 1 }));
    const { reading } = this.recorder;
    if (this.emptiness?.reading !== reading)
      this.emptiness = { reading, isEmpty: isDone(this.table.getKeys({ limit: 1 })) };
    return this.emptiness.isEmpty;
  }

  put(key: KeyBytes, value: Value): void {
    this.note(key, value, encoded(this.table, value));
  }

  remove(key: KeyBytes): void {
    this.note(key, undefined, undefined);
  }

  removeSync(key: KeyBytes): boolean {
    const was = this.doesExist(key);
    if (was) this.remove(key);
    return was;
  }

  /** Begins the next change; returns what the present one does, or undefined where that is nothing. */
  take(): TableChange | undefined {
    const { name, noted } = this;
    this.noted = undefined;
    this.byName = undefined;
    return noted && { table: name, entries: noted, write: () => this.write(noted) };
  }

  private write(noted: readonly Entry<Value>[]): void {
    for (const { key, bytes } of noted) {
      if (bytes === undefined) this.table.remove(key);
      else putEncoded(this.table, key, bytes);
    }
  }

  private note(key: KeyBytes, value: Value | undefined, bytes: Buffer | undefined): void {
    if (key.length > MAX_KEY_BYTES) throw new RangeError(`a key of ${key.length} bytes is too long`);
    const known = this.entryOf(key);
    if (known) {
      this.recorder.grows(sizeOf(bytes) - sizeOf(known.bytes));
      known.value = value;
      known.bytes = bytes;
      return;
    }
    if (this.noted === undefined) {
      this.recorder.changes(this);
      this.noted = [];
    }
    this.recorder.grows(key.length + sizeOf(bytes));
    const entry = { key, value, bytes };
    this.noted.push(entry);
    if (this.noted.length > FEW) {
      this.byName ??= new Map(this.noted.map((one) => [nameOf(one.key), one]));
      this.byName.set(nameOf(key), entry);
    }
  }

  private entryOf(key: KeyBytes): Entry<Value> | undefined {
    const { noted, byName } = this;
    if (noted === undefined) return undefined;
    if (byName !== undefined) return byName.get(nameOf(key));
    for (const entry of noted) if (isSame(entry.key, key)) return entry;
    return undefined;
  }

  /** In the order of the range. */
  private notedIn(range: KeyRange): Entry<Value>[] {
    if (this.noted === undefined) return [];
    const direction = range.reverse ? -1 : 1;
    return this.noted
      .filter(({ key }) => isIn(range, key))
      .sort((a, b) => direction * Buffer.compare(a.key, b.key));
  }
}

function sizeOf(bytes: Buffer | undefined): number {
  return bytes?.length ?? 0;
}

function isSame(one: KeyBytes, other: KeyBytes): boolean {
  let at = one.length;
  if (at !== other.length) return false;
  // Keys of one table mostly begin with the same.
  while (at > 0 && one[at - 1] === other[at - 1]) at--;
  return at === 0;
}

function nameOf(key: KeyBytes): string {
  return Buffer.prototype.toString.call(key, 'latin1');
}

function asKeyed<Value>({ key, value }: Entry<Value>): Keyed<Value> {
  return { key, value: value as Value };
}

function withoutLimit({ limit: _, ...range }: KeyRange): KeyRange {
  return range;
}

function isIn(
  { start, end, reverse = false, exclusiveStart, inclusiveEnd }: KeyRange,
  key: KeyBytes,
): boolean {
  const direction = reverse ? -1 : 1;
  const fromStart = start === undefined ? 1 : direction * Buffer.compare(key, start);
  const toEnd = end === undefined ? 1 : direction * Buffer.compare(end, key);
  return (
    (fromStart > 0 || (fromStart === 0 && !exclusiveStart)) && (toEnd > 0 || (toEnd === 0 && !!inclusiveEnd))
  );
}

/** What is stored and what is noted in one order; what is noted stands for what is stored under its key. */
function* merged<Value, Found>(
  stored: Iterable<Found>,
  keyOf: (found: Found) => KeyBytes,
  noted: readonly Entry<Value>[],
  from: (entry: Entry<Value>) => Found,
  { reverse = false, limit = Number.POSITIVE_INFINITY }: KeyRange,
): Generator<Found> {
  const direction = reverse ? -1 : 1;
  let left = limit;
  let next = 0;
  for (const found of stored) {
    const key = keyOf(found);
    let isReplaced = false;
    for (let entry = noted[next]; entry !== undefined; entry = noted[next]) {
      const order = direction * Buffer.compare(entry.key, key);
      if (order > 0) break;
      next++;
      isReplaced ||= order === 0;
      if (entry.bytes === undefined) continue;
      if (left-- <= 0) return;
      yield from(entry);
    }
    if (isReplaced) continue;
    if (left-- <= 0) return;
    yield found;
  }
  for (const entry of noted.slice(next)) {
    if (entry.bytes === undefined) continue;
    if (left-- <= 0) return;
    yield from(entry);
  }
}

function isDone(keys: Iterable<unknown>): boolean {
  for (const _ of keys) return false;
  return true;
}
