import type { Table } from '../journal/environment.ts';

/** Tells changes of a table without reading its records. */
export interface ChangeCount {
  /** As in `Environment.reading`. */
  readonly reading: number;
  /** Different after every change of the table. Costs a read. */
  readonly changes: number;
}

/**
 * Reads records that are read far more often than written: what was read stays decoded until anything in the
 * table has changed. Whether it has is asked once per snapshot that the database serves reads from, so a
 * change by any process shows as soon as it would by reading the record. The records are shared: never change
 * one.
 */
export class DecodedRecords<Value> {
  private readonly table: Table<Value>;
  private readonly most: number;
  private readonly keyOf: (name: string) => Buffer;
  private readonly count: ChangeCount;
  private readonly known = new Map<string, Value>();
  private reading = -1;
  private changes = -1;

  /**
   * Keeps at most `most` records at hand; `keyOf` gives the key of the record of a name, which several names
   * may share.
   */
  constructor(table: Table<Value>, most: number, keyOf: (name: string) => Buffer, count: ChangeCount) {
    this.table = table;
    this.most = most;
    this.keyOf = keyOf;
    this.count = count;
  }

  get(name: string): Value | undefined {
    this.forgetOutdated();
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const value = this.table.get(this.keyOf(name));
    if (value === undefined) return undefined;
    if (this.known.size >= this.most) this.known.clear();
    this.known.set(name, value);
    return value;
  }

  private forgetOutdated(): void {
    const { reading } = this.count;
    if (reading === this.reading) return;
    this.reading = reading;
    const { changes } = this.count;
    if (changes === this.changes) return;
    this.changes = changes;
    this.known.clear();
  }
}
