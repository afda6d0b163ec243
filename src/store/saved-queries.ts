import type { DirectoryPath } from './directory-path.ts';
import { NamedRecords } from './named-records.ts';

/** A question in SQL that somebody comes back to. */
export interface SavedQuery {
  readonly id: string;
  readonly name: string;
  readonly sql: string;
  /** Everybody who may ask in SQL sees it; else only its owner. */
  readonly shared: boolean;
  /** Who saved it first: the id of an API key, or the name of a user. */
  readonly owner: string;
  readonly ownerKind: 'key' | 'user';
  /** Who wrote it last. */
  readonly writtenBy: string;
  /** Epoch ms. */
  readonly writtenAt: number;
  /** Rises with each change. */
  readonly version: number;
}

/** Queries with a name. In `directory`. */
export class SavedQueries extends NamedRecords<SavedQuery> {
  constructor(path: DirectoryPath) {
    super(path, 'saved-queries', ({ name }) => [name]);
  }
}
