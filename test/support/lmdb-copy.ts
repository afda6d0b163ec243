import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ChangeRef, NO_CHANGE } from '../../src/cluster/change.ts';
import type { Copy } from '../../src/cluster/copy.ts';
import { Environment, type Table } from '../../src/journal/environment.ts';

type Pair = [seq: number, id: string];

/** A copy in an LMDB environment of its own, which is gone after the test. */
export class LmdbCopy implements Copy {
  readonly environment: Environment;
  private readonly positions: Table<Pair>;
  private readonly newest: Table<Pair[]>;
  private readonly refusals: Table<string>;
  private readonly tables = new Map<string, Table<Buffer>>();

  constructor(directory = temporaryDirectory()) {
    this.environment = new Environment(directory, { diskReserve: 0 });
    onTestFinished(() => this.environment.close());
    this.positions = this.environment.records('log-positions');
    this.newest = this.environment.records('log-applied');
    this.refusals = this.environment.records('log-refused');
  }

  position(stream: string): ChangeRef {
    return refOf(this.positions.get(Buffer.from(stream)));
  }

  applied(scope: string): readonly ChangeRef[] {
    return (this.newest.get(Buffer.from(scope)) ?? []).map(refOf);
  }

  refused(stream: string, seq: number): string | undefined {
    return this.refusals.get(placeKey(stream, seq));
  }

  transact<Result>(work: () => Result): Promise<Result> {
    return this.environment.transact(work);
  }

  put(table: string, key: Uint8Array, value: Uint8Array): void {
    this.table(table).put(key, Buffer.from(value));
  }

  remove(table: string, key: Uint8Array): void {
    this.table(table).remove(key);
  }

  setPosition(stream: string, { seq, id }: ChangeRef): void {
    this.positions.put(Buffer.from(stream), [seq, id]);
  }

  setApplied(scope: string, newest: readonly ChangeRef[]): void {
    this.newest.put(
      Buffer.from(scope),
      newest.map(({ seq, id }): Pair => [seq, id]),
    );
  }

  setRefused(stream: string, seq: number, id: string): void {
    this.refusals.put(placeKey(stream, seq), id);
  }

  forgetRefused(stream: string, before: number): void {
    const range = { start: placeKey(stream, 0), end: placeKey(stream, before) };
    for (const key of [...this.refusals.getKeys(range)]) this.refusals.remove(key);
  }

  /** What it holds: text by the name of the table and the key in hex. */
  contents(...tables: string[]): Record<string, string> {
    const entries = tables.flatMap((name) =>
      [...this.table(name).getRange({})].map(
        ({ key, value }) => [`${name} ${Buffer.from(key).toString('hex')}`, value.toString()] as const,
      ),
    );
    return Object.fromEntries(entries);
  }

  /** Text that a table holds under a key of text. */
  read(table: string, key: string): string | undefined {
    return this.table(table).get(Buffer.from(key))?.toString();
  }

  /** Sequences that were refused. */
  refusedSeqs(stream: string): number[] {
    const range = { start: placeKey(stream, 0), end: placeKey(stream, 2 ** 40) };
    return [...this.refusals.getKeys(range)].map((key) =>
      Number(Buffer.from(key).readBigUInt64BE(stream.length)),
    );
  }

  /** Tables are to be opened before a transaction, so each test names its own. */
  open(...names: string[]): this {
    for (const name of names) this.table(name);
    return this;
  }

  private table(name: string): Table<Buffer> {
    const known = this.tables.get(name);
    if (known) return known;
    const table = this.environment.bytes(name);
    this.tables.set(name, table);
    return table;
  }
}

function refOf(pair: Pair | undefined): ChangeRef {
  return pair ? { seq: pair[0], id: pair[1] } : NO_CHANGE;
}

/** In the order of sequences within a stream. */
function placeKey(stream: string, seq: number): Buffer {
  const key = Buffer.alloc(stream.length + 8);
  key.write(stream);
  key.writeBigUInt64BE(BigInt(seq), stream.length);
  return key;
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'farad-copy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
