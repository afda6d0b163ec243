import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { MainTable } from './tables.ts';

interface Versioned {
  readonly id: string;
  /** Rises with each change. */
  readonly version: number;
}

/** A bounded number of records under ids of their own, each written as a whole. */
export class NamedRecords<Value extends Versioned> {
  private readonly path: DirectoryPath;
  private readonly table: Table<Value>;
  private readonly searched: (item: Value) => readonly (string | undefined)[];

  /** `searched` gives what a search looks at. */
  constructor(
    path: DirectoryPath,
    name: MainTable,
    searched: (item: Value) => readonly (string | undefined)[],
  ) {
    this.path = path;
    this.table = path.records(name);
    this.searched = searched;
  }

  get(id: string): Value | undefined {
    return this.table.get(textKey(id));
  }

  /**
   * Creates or replaces it. `full`: there are `most` already. Rejects with VersionConflict where what is
   * stored is not what was expected.
   */
  put(
    input: Omit<Value, 'version'> & Pick<Versioned, 'id'>,
    most: number,
    expected?: ExpectedVersion,
  ): Promise<Value | 'full'> {
    return this.path.transact(() => {
      const before = this.get(input.id);
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: most }) >= most) return 'full';
      const record = { ...input, version: this.path.nextVersion() } as unknown as Value;
      this.table.put(textKey(input.id), record);
      return record;
    });
  }

  /** False where there was none. Rejects with VersionConflict as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const record = this.get(id);
      if (!record) return false;
      requireVersion(record, expected);
      return this.table.removeSync(textKey(id));
    });
  }

  /** In the order of the ids. */
  list(options: ListOptions): Page<Value> {
    return listPage(this.table, options, { key: ({ id }) => id, searched: this.searched });
  }
}
