/** What a process of the log's benches is asked to do, and how much of it. */
export type Order =
  /** StartTransactions, evenly spread, each with its StopTransaction 100 ms later. */
  | { readonly kind: 'starts'; readonly perSecond: number; readonly ms: number }
  /** Small changes, so many at a time, each as soon as another one is confirmed. */
  | { readonly kind: 'changes'; readonly inFlight: number; readonly ms: number }
  /** Nothing: only how much CPU it has used. */
  | { readonly kind: 'use' };

export interface Report {
  /** From when a start or change was given to the store until it was confirmed, ms. */
  readonly latencies: readonly number[];
  /** Of this process since it began, all threads, s. */
  readonly cpuSeconds: number;
}

/** Where a process of a node finds its data and its log. */
export interface Place {
  readonly dataDir: string;
  /** Flags of the gateway; none where it works alone. */
  readonly flags: Readonly<Record<string, string>>;
}
