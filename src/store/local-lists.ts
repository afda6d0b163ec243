import type { Table } from '../journal/environment.ts';
import { keyOf, textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type {
  ListScope,
  ListSyncInput,
  ListSyncRecord,
  LocalListInput,
  LocalListRecord,
} from './local-list-record.ts';
import type { WritePath } from './write-path.ts';

/** The local authorization lists that operators want. In `directory`. */
export interface LocalLists {
  get(id: string): LocalListRecord | undefined;
  /** The list that is wanted at a charge point: its own, else that of its group. */
  wantedAt(chargePointId: string, group: string | undefined): LocalListRecord | undefined;
  /** Creates or replaces it; `scope_taken` where another list has the scope, with the id of that one. */
  put(list: LocalListInput): Promise<LocalListRecord | { readonly taken: string }>;
  /** False where there was none. */
  remove(id: string): Promise<boolean>;
  /** In the order of the ids. */
  list(options: ListOptions): Page<LocalListRecord>;
  /** How the last sync of a charge point ended. */
  lastSync(chargePointId: string): ListSyncRecord | undefined;
  noteSync(sync: ListSyncInput): Promise<ListSyncRecord>;
  /** What is kept about the syncs of a charge point that was deleted. */
  forgetSync(chargePointId: string): Promise<boolean>;
}

export class LocalListTable implements LocalLists {
  private readonly path: WritePath;
  private readonly table: Table<LocalListRecord>;
  private readonly byScope: Table<string>;
  private readonly syncs: Table<ListSyncRecord>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('local-lists');
    this.byScope = path.environment.records('local-lists-by-scope');
    this.syncs = path.environment.records('local-list-syncs');
  }

  get(id: string): LocalListRecord | undefined {
    return this.table.get(textKey(id));
  }

  wantedAt(chargePointId: string, group: string | undefined): LocalListRecord | undefined {
    const own = this.byScope.get(scopeKey({ chargePointId }));
    const shared = own ?? (group === undefined ? undefined : this.byScope.get(scopeKey({ group })));
    return shared === undefined ? undefined : this.get(shared);
  }

  put(input: LocalListInput): Promise<LocalListRecord | { readonly taken: string }> {
    return this.path.transact(() => {
      const holder = this.byScope.get(scopeKey(input.scope));
      if (holder !== undefined && holder !== input.id) return { taken: holder };
      const before = this.get(input.id);
      if (before) this.byScope.remove(scopeKey(before.scope));
      const list = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.id), list);
      this.byScope.put(scopeKey(input.scope), input.id);
      return list;
    });
  }

  remove(id: string): Promise<boolean> {
    return this.path.transact(() => {
      const list = this.get(id);
      if (!list) return false;
      this.byScope.remove(scopeKey(list.scope));
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<LocalListRecord> {
    return listPage(this.table, options, {
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
