/** Meter values from many charge points at once. */
export interface LoadPlan {
  readonly chargePoints: number;
  /** Over all charge points; each sends one MeterValues a second or so. */
  readonly samplesPerSecond: number;
  /** How long it is kept up while measuring, s. */
  readonly seconds: number;
}

/** What the certificate's figures are taken under. */
export const FULL_LOAD: LoadPlan = { chargePoints: 1000, samplesPerSecond: 10_000, seconds: 60 };

/** What the process that makes the load is told. */
export interface LoadOrder extends LoadPlan {
  readonly ocppUrl: string;
  /** Of the identities, without their numbers. */
  readonly prefix: string;
  readonly idTag: string;
}

/**
 * What it answers, in turn: `ready` once all charge points are connected and send; `counted` to each `count`.
 */
export type LoadMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'counted'; readonly counts: LoadCounts }
  | { readonly type: 'failed'; readonly reason: string };

/** Totals since the start. */
export interface LoadCounts {
  /** Samples in MeterValues that the Central System confirmed. */
  readonly confirmedSamples: number;
  /** MeterValues that were not sent because the one before was still unanswered. */
  readonly skipped: number;
  /** Answers that were CALLERRORs. */
  readonly refused: number;
  /** Charge points that lost their connection. */
  readonly lost: number;
}
