import type { Table } from '../journal/environment.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { WritePath } from './write-path.ts';

/** A choice of charge points that operators come back to. */
export interface SavedFilter {
  readonly id: string;
  /** Parameters of the list of charge points, as they stand in an address. */
  readonly query: Readonly<Record<string, string>>;
  /** Id of the API key that wrote it last. */
  readonly writtenBy: string;
  /** Epoch ms. */
  readonly writtenAt: number;
  /** Rises with each change. */
  readonly version: number;
}

export type SavedFilterInput = Omit<SavedFilter, 'version'>;

/** Filters with a name, for everybody. In `directory`. */
export interface SavedFilters {
  get(id: string): SavedFilter | undefined;
  /**
   * Creates or replaces it. `full`: there are `most` already. Rejects with VersionConflict where what is
   * stored is not what was expected.
   */
  put(filter: SavedFilterInput, most: number, expected?: ExpectedVersion): Promise<SavedFilter | 'full'>;
  /** False where there was none. Rejects with VersionConflict as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
  /** In the order of the ids. */
  list(options: ListOptions): Page<SavedFilter>;
}

export class SavedFilterTable implements SavedFilters {
  private readonly path: WritePath;
  private readonly table: Table<SavedFilter>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('saved-filters');
  }

  get(id: string): SavedFilter | undefined {
    return this.table.get(textKey(id));
  }

  put(input: SavedFilterInput, most: number, expected?: ExpectedVersion): Promise<SavedFilter | 'full'> {
    return this.path.transact(() => {
      const before = this.get(input.id);
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: most }) >= most) return 'full';
      const filter = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.id), filter);
      return filter;
    });
  }

  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const filter = this.get(id);
      if (!filter) return false;
      requireVersion(filter, expected);
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<SavedFilter> {
    return listPage(this.table, options, { key: ({ id }) => id, searched: ({ id }) => [id] });
  }
}
