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
