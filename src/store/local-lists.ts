import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { keyOf, textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type {
  ListScope,
  ListSyncInput,
  ListSyncRecord,
  LocalListHead,
  LocalListInput,
  LocalListRecord,
} from './local-list-record.ts';

/** The local authorization lists that operators want. In `directory`. */
export interface LocalLists {
  get(id: string): LocalListRecord | undefined;
  /** The list that is wanted at a charge point: its own, else that of its group. */
  wantedAt(chargePointId: string, group: string | undefined): LocalListHead | undefined;
  /**
   * Creates or replaces it; `taken` names the list that has its scope already. Rejects with VersionConflict
   * where what is stored is not what was expected.
   */
  put(
    list: LocalListInput,
    expected?: ExpectedVersion,
  ): Promise<LocalListRecord | { readonly taken: string }>;
  /** False where there was none. Rejects as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
  /** In the order of the ids. */
  list(options: ListOptions): Page<LocalListHead>;
  /** How the last sync of a charge point ended. */
  lastSync(chargePointId: string): ListSyncRecord | undefined;
  noteSync(sync: ListSyncInput): Promise<ListSyncRecord>;
  /** What is kept about the syncs of a charge point that was deleted. */
  forgetSync(chargePointId: string): Promise<boolean>;
}

export class LocalListTable implements LocalLists {
  private readonly path: DirectoryPath;
  private readonly table: Table<LocalListRecord>;
  private readonly heads: Table<LocalListHead>;
  private readonly byScope: Table<string>;
  private readonly syncs: Table<ListSyncRecord>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('local-lists');
    this.heads = path.records('local-list-heads');
    this.byScope = path.records('local-lists-by-scope');
    this.syncs = path.records('local-list-syncs');
  }

  get(id: string): LocalListRecord | undefined {
    return this.table.get(textKey(id));
  }

  wantedAt(chargePointId: string, group: string | undefined): LocalListHead | undefined {
    const own = this.byScope.get(scopeKey({ chargePointId }));
    const shared = own ?? (group === undefined ? undefined : this.byScope.get(scopeKey({ group })));
    return shared === undefined ? undefined : this.heads.get(textKey(shared));
  }

  put(
    input: LocalListInput,
    expected?: ExpectedVersion,
  ): Promise<LocalListRecord | { readonly taken: string }> {
    return this.path.transact(() => {
      const before = this.get(input.id);
      requireVersion(before, expected);
      const holder = this.byScope.get(scopeKey(input.scope));
      if (holder !== undefined && holder !== input.id) return { taken: holder };
      if (before) this.byScope.remove(scopeKey(before.scope));
      const list = { ...input, version: this.path.nextVersion() };
      const { entries, ...head } = list;
      this.table.put(textKey(input.id), list);
      this.heads.put(textKey(input.id), { ...head, entryCount: entries.length });
      this.byScope.put(scopeKey(input.scope), input.id);
      return list;
    });
  }

  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const list = this.get(id);
      if (!list) return false;
      requireVersion(list, expected);
      this.byScope.remove(scopeKey(list.scope));
      this.heads.remove(textKey(id));
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<LocalListHead> {
    return listPage(this.heads, options, {
      key: ({ id }) => id,
      searched: ({ id, note, scope }) => [id, note, ...Object.values(scope)],
    });
  }

  lastSync(chargePointId: string): ListSyncRecord | undefined {
    return this.syncs.get(textKey(chargePointId));
  }

  noteSync(input: ListSyncInput): Promise<ListSyncRecord> {
    return this.path.transact(() => {
      const sync = { ...input, version: this.path.nextVersion() };
      this.syncs.put(textKey(input.chargePointId), sync);
      return sync;
    });
  }

  forgetSync(chargePointId: string): Promise<boolean> {
    return this.path.transact(() => this.syncs.removeSync(textKey(chargePointId)));
  }
}

function scopeKey(scope: ListScope): Buffer {
  return 'group' in scope ? keyOf('group', scope.group) : keyOf('charge-point', scope.chargePointId);
}
