import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { textKey } from './keys.ts';
import type { ConnectorPlan, SitePlanRecord } from './site-plan-record.ts';

/**
 * What was agreed with the connectors of sites, so that a restart knows what vehicles may be taking. In
 * `directory`.
 */
export interface SitePlans {
  get(siteId: string): SitePlanRecord | undefined;
  /**
   * Written before anything is sent; not where `isWanted` says false, which is asked when that is decided.
   */
  put(siteId: string, connectors: readonly ConnectorPlan[], isWanted?: () => boolean): Promise<void>;
  /** As `put`. */
  remove(siteId: string, isWanted?: () => boolean): Promise<void>;
  /** Ids of the sites that have one, those of deleted sites included. */
  siteIds(): string[];
}

export class SitePlanTable implements SitePlans {
  private readonly path: DirectoryPath;
  private readonly table: Table<SitePlanRecord>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('site-plans');
  }

  get(siteId: string): SitePlanRecord | undefined {
    return this.table.get(textKey(siteId));
  }

  async put(siteId: string, connectors: readonly ConnectorPlan[], isWanted = () => true): Promise<void> {
    await this.path.transact(() => {
      if (!isWanted()) return;
      this.table.put(textKey(siteId), { siteId, connectors, version: this.path.nextVersion() });
    });
  }

  async remove(siteId: string, isWanted = () => true): Promise<void> {
    await this.path.transact(() => {
      if (isWanted()) this.table.remove(textKey(siteId));
    });
  }

  siteIds(): string[] {
    return Array.from(this.table.getRange({}), ({ value }) => value.siteId);
  }
}
