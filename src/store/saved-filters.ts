import type { DirectoryPath } from './directory-path.ts';
import { NamedRecords } from './named-records.ts';

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

/** Filters with a name, for everybody. In `directory`. */
export class SavedFilters extends NamedRecords<SavedFilter> {
  constructor(path: DirectoryPath) {
    super(path, 'saved-filters', ({ id }) => [id]);
  }
}
