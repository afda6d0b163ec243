/** One number for each of L1, L2, L3. */
export type PerPhase = readonly [l1: number, l2: number, l3: number];

/** What a part of a site may take, per phase: always the same (one period) or by a schedule. */
export interface SiteLimit {
  readonly unit: 'A' | 'W';
  /** Ascending, the first at 0. */
  readonly periods: readonly { readonly startPeriod: number; readonly perPhase: PerPhase }[];
  /** What `startPeriod` (seconds) counts from, epoch ms. */
  readonly startSchedule: number;
  readonly recurrence: 'none' | 'daily' | 'weekly';
}

/** A part of a site with a limit of its own. The root has no parent. */
export interface SiteGroup {
  readonly id: string;
  readonly parent: string | null;
  /** Null: only the groups above limit it. */
  readonly limit: SiteLimit | null;
}

export type Phase = 'L1' | 'L2' | 'L3';

/** A connector that shares the power of a site. */
export interface SiteMember {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly group: string;
  /** Phases of the site that the connector's phases are wired to, in their order: one, two or three. */
  readonly phases: readonly Phase[];
  /** Most that it can take, A per phase. */
  readonly rating: number;
}

/** A charging group: connectors that share power, in a tree of groups with limits. */
export interface SiteRecord {
  readonly id: string;
  readonly groups: readonly SiteGroup[];
  readonly members: readonly SiteMember[];
  /** `wishes`: by priority, departure and energy where drivers have told. */
  readonly sharing: 'equal' | 'wishes';
  /** Least current that is worth charging with, A. */
  readonly minimumCurrent: number;
  /**
   * What a vehicle may take where Farad has said nothing yet or is gone, A per phase; null: the minimum if
   * that fits for all, else 0.
   */
  readonly fallbackCurrent: number | null;
  /** V between phase and neutral. */
  readonly voltage: number;
  /** Ends transactions at connectors that do not obey where nothing else keeps a limit. */
  readonly remoteStop: boolean;
  readonly note?: string;
  /** Rises with each change. */
  readonly version: number;
}

export type SiteInput = Omit<SiteRecord, 'version'>;

/** What a driver wants, by transaction. */
export interface ChargingWish {
  readonly transactionId: number;
  /** 0 to 9; higher is served earlier and gets more. */
  readonly priority: number;
  /** Epoch ms. */
  readonly departure: number | null;
  /** Wh from the start of the transaction. */
  readonly energyWh: number | null;
  /** Rises with each change. */
  readonly version: number;
}

export type ChargingWishInput = Omit<ChargingWish, 'version'>;

/** Name of a connector among all: identities of charge points have no slash. */
export function connectorKey(chargePointId: string, connectorId: number): string {
  return `${chargePointId}/${connectorId}`;
}
