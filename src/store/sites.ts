import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { keyOf, textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { SiteInput, SiteRecord } from './site-record.ts';

/** A connector that another site has already. */
export interface MemberTaken {
  readonly taken: { readonly chargePointId: string; readonly connectorId: number; readonly site: string };
}

/** Sites as operators define them. In `directory`. */
export interface Sites {
  get(id: string): SiteRecord | undefined;
  /** The site that shares power among this connector and others. */
  ofConnector(chargePointId: string, connectorId: number): string | undefined;
  /**
   * Creates or replaces it, unless a connector belongs to another site. Rejects with VersionConflict where
   * what is stored is not what was expected.
   */
  put(site: SiteInput, expected?: ExpectedVersion): Promise<SiteRecord | MemberTaken>;
  /** False where there was none. Rejects as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
  /** In the order of the ids. */
  list(options: ListOptions): Page<SiteRecord>;
}

export class SiteTable implements Sites {
  private readonly path: DirectoryPath;
  private readonly table: Table<SiteRecord>;
  private readonly byConnector: Table<string>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('sites');
    this.byConnector = path.records('sites-by-connector');
  }

  get(id: string): SiteRecord | undefined {
    return this.table.get(textKey(id));
  }

  ofConnector(chargePointId: string, connectorId: number): string | undefined {
    return this.byConnector.get(keyOf(chargePointId, connectorId));
  }

  put(input: SiteInput, expected?: ExpectedVersion): Promise<SiteRecord | MemberTaken> {
    return this.path.transact(() => {
      const before = this.get(input.id);
      requireVersion(before, expected);
      for (const { chargePointId, connectorId } of input.members) {
        const site = this.ofConnector(chargePointId, connectorId);
        if (site !== undefined && site !== input.id) return { taken: { chargePointId, connectorId, site } };
      }
      if (before) this.unlink(before);
      const site = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(site.id), site);
      for (const { chargePointId, connectorId } of site.members) {
        this.byConnector.put(keyOf(chargePointId, connectorId), site.id);
      }
      return site;
    });
  }

  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const site = this.get(id);
      if (!site) return false;
      requireVersion(site, expected);
      this.unlink(site);
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<SiteRecord> {
    return listPage(this.table, options, {
      key: ({ id }) => id,
      searched: ({ id, note }) => [id, note],
    });
  }

  private unlink({ members }: SiteRecord): void {
    for (const { chargePointId, connectorId } of members) {
      this.byConnector.remove(keyOf(chargePointId, connectorId));
    }
  }
}
