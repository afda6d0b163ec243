/** How the planner works, over all sites. Times in ms. */
export interface PlannerSettings {
  /** Between two looks at a site. */
  readonly interval: number;
  /** How long a vehicle may take to follow a smaller share: only then is the rest another's. */
  readonly settle: number;
  /** Every paused vehicle gets a turn within this time. */
  readonly turnWithin: number;
  /** Most CALLs a second, over all sites. */
  readonly callsPerSecond: number;
}

/** In units of `settle`: before a TxDefaultProfile that was refused during a transaction is tried again. */
export const FALLBACK_SETTLES = 60;
