import type { EnergyRollup } from './energy-rollup.ts';

export interface EnergyPaceOptions {
  readonly rollup: Pick<EnergyRollup, 'keepUp' | 'hasMore' | 'isUpToDate' | 'askedAt'>;
  /** When rows last reached ClickHouse, monotonic ms. */
  readonly movedAt: () => number;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

/** Days of connectors that are worked out together; fewer of them wait for company. */
const ENOUGH = 250;

/** ... for so long at most, ms. */
const GATHER_MS = 10_000;

/** After a question about energy nothing waits for company for so long, ms. */
const ASKED_LATELY_MS = 60_000;

/** What others may have inserted is looked for this often, ms. */
const OTHERS_EVERY_MS = 10_000;

/**
 * When energy is worked out in the background. What a charge point sends every few seconds touches the same
 * day again and again: while nobody asks for energy, days gather for some seconds and are worked out once.
 */
export class EnergyPace {
  private readonly options: EnergyPaceOptions;
  private readonly clock: () => number;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private workedAt = Number.NEGATIVE_INFINITY;

  constructor(options: EnergyPaceOptions) {
    this.options = options;
    this.clock = options.clock ?? (() => performance.now());
  }

  /** Works out what is due, if it is time; to be called every second or so. Throws EngineError. */
  async run(): Promise<void> {
    const { rollup, movedAt } = this.options;
    const now = this.clock();
    const isHurried = now - this.workedAt >= GATHER_MS || now - rollup.askedAt < ASKED_LATELY_MS;
    const isNew = movedAt() >= this.lookedAt || now - this.lookedAt >= OTHERS_EVERY_MS;
    if (!isNew && !rollup.hasMore && (rollup.isUpToDate || !isHurried)) return;
    this.lookedAt = now;
    if (await rollup.keepUp(isHurried ? 0 : ENOUGH)) this.workedAt = now;
  }
}
