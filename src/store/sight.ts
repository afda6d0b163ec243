import type { SettingsOfChargePoints } from './settings.ts';
import type { Sites } from './sites.ts';

/** The part of the charge points that somebody may see and command: those of these groups and sites. */
export interface Scope {
  /** Of the settings of charge points. */
  readonly groups: readonly string[];
  /** Ids of sites: every charge point with a connector there. */
  readonly sites: readonly string[];
}

/** Where it stands which groups and sites charge points belong to. */
export interface Belongings {
  readonly settings: Pick<SettingsOfChargePoints, 'get'>;
  readonly sites: Pick<Sites, 'get'>;
}

/** Which charge points, groups and sites somebody may see. */
export interface Sight {
  /** Absent: all of them. */
  readonly scope?: Scope;
  sees(chargePointId: string): boolean;
  seesGroup(name: string): boolean;
  seesSite(id: string): boolean;
  /** Whether all that somebody with this scope may see is seen here; of everything only where all is. */
  covers(scope: Scope | undefined): boolean;
  /** Charge points of the sites, as they are now. */
  ofSites(): ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

/** Of those who may see every charge point. */
export const ALL_IN_SIGHT: Sight = {
  sees: () => true,
  seesGroup: () => true,
  seesSite: () => true,
  covers: () => true,
  ofSites: () => NOBODY,
};

/** Of those of whom nothing is known. */
export const NOTHING_IN_SIGHT: Sight = {
  scope: { groups: [], sites: [] },
  sees: () => false,
  seesGroup: () => false,
  seesSite: () => false,
  covers: () => false,
  ofSites: () => NOBODY,
};

/**
 * The sight of somebody with this scope for the time of a request; absent: of everything. A charge point
 * belongs to the group and the sites that it has now.
 */
export function sightOf(store: Belongings, scope: Scope | undefined): Sight {
  return scope === undefined ? ALL_IN_SIGHT : new ScopedSight(store, scope);
}

class ScopedSight implements Sight {
  readonly scope: Scope;
  private readonly store: Belongings;
  private readonly groups: ReadonlySet<string>;
  private readonly sites: ReadonlySet<string>;
  private members: ReadonlySet<string> | undefined;

  constructor(store: Belongings, scope: Scope) {
    this.store = store;
    this.scope = scope;
    this.groups = new Set(scope.groups);
    this.sites = new Set(scope.sites);
  }

  sees(chargePointId: string): boolean {
    if (this.ofSites().has(chargePointId)) return true;
    if (this.groups.size === 0) return false;
    const group = this.store.settings.get(chargePointId)?.group;
    return group !== undefined && this.groups.has(group);
  }

  seesGroup(name: string): boolean {
    return this.groups.has(name);
  }

  seesSite(id: string): boolean {
    return this.sites.has(id);
  }

  covers(scope: Scope | undefined): boolean {
    if (scope === undefined) return false;
    return (
      scope.groups.every((name) => this.groups.has(name)) && scope.sites.every((id) => this.sites.has(id))
    );
  }

  ofSites(): ReadonlySet<string> {
    this.members ??= new Set(
      [...this.sites].flatMap(
        (id) => this.store.sites.get(id)?.members.map(({ chargePointId }) => chargePointId) ?? [],
      ),
    );
    return this.members;
  }
}
