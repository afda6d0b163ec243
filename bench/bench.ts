/** One question about speed, answered by contenders that take turns in one run. */
export interface Bench {
  /** As in `npm run bench -- NAME`. */
  readonly name: string;
  /** What the bench answers, in one line. */
  readonly question: string;
  readonly figures: readonly Figure[];
  /** Prepares the contenders; the first is what the others are compared with. */
  prepare(given: Given): Promise<Prepared> | Prepared;
}

/** What the caller of a bench may hand to it. */
export interface Given {
  /**
   * A data directory that `scripts/seed.mjs` filled, instead of one that the bench fills itself. It is
   * written to.
   */
  readonly dataDir?: string;
}

export interface Prepared {
  readonly contenders: readonly Contender[];
  close?(): Promise<void>;
}

export interface Contender {
  readonly name: string;
  /** What it does less or more than the others, if anything: a reader must not compare apples with pears. */
  readonly note?: string;
  /** One run, a few seconds at most; returns a number for every figure of the bench. */
  run(): Promise<Reading> | Reading;
}

/** A figure that each run yields. */
export interface Figure {
  readonly key: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

export type Reading = Readonly<Record<string, number>>;
