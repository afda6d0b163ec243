import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LmdbCopy } from '../../src/cluster/lmdb-copy.ts';
import { Environment, type Table } from '../../src/journal/environment.ts';

/** A copy in an LMDB environment of its own, which is gone after the test. */
export class ScratchCopy extends LmdbCopy {
  private readonly tablesByName: ReadonlyMap<string, Table<Buffer>>;

  /** `tables`: those that changes write to. */
  constructor(...tables: readonly string[]) {
    const environment = new Environment(temporaryDirectory(), { diskReserve: 0 });
    super(environment, { tables, node: 'a' });
    this.tablesByName = new Map(tables.map((name) => [name, environment.bytes(name)]));
    onTestFinished(() => environment.close());
  }

  /** What it holds: text by the name of the table and the key in hex. */
  contents(...tables: string[]): Record<string, string> {
    const entries = tables.flatMap((name) =>
      [...this.opened(name).getRange({})].map(
        ({ key, value }) => [`${name} ${Buffer.from(key).toString('hex')}`, value.toString()] as const,
      ),
    );
    return Object.fromEntries(entries);
  }

  /** Text that a table holds under a key of text. */
  read(table: string, key: string): string | undefined {
    return this.opened(table).get(Buffer.from(key))?.toString();
  }

  /** Sequences that were refused. */
  refusedSeqs(stream: string): number[] {
    return Array.from({ length: this.position(stream).seq }, (_, index) => index + 1).filter(
      (seq) => this.refused(stream, seq).length > 0,
    );
  }

  private opened(name: string): Table<Buffer> {
    const table = this.tablesByName.get(name);
    if (!table) throw new TypeError(`${name} is no table of this copy`);
    return table;
  }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'farad-copy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
