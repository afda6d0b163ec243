import type { Bench, Figure, Given, Reading } from './bench.ts';
import { describeMachine, type Machine } from './machine.ts';

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface ContenderResult {
  readonly name: string;
  readonly note?: string;
  readonly figures: Readonly<Record<string, Spread>>;
  /**
   * Median, over the rounds, of this contender's figure divided by the first contender's in the same round.
   */
  readonly ratios: Readonly<Record<string, number>>;
  readonly rounds: readonly Reading[];
}

export interface BenchResult {
  readonly bench: string;
  readonly question: string;
  readonly rounds: number;
  readonly figures: readonly Figure[];
  readonly machine: Machine;
  readonly contenders: readonly ContenderResult[];
}

/**
 * Runs a bench: one uncounted round, then `rounds` in which the contenders take turns, so that a drift of the
 * machine hits all of them alike. `progress` is called before each run.
 */
export async function runBench(
  bench: Bench,
  rounds: number,
  progress: (round: number, contender: string) => void,
  given: Given = {},
): Promise<BenchResult> {
  const prepared = await bench.prepare(given);
  try {
    const readings = prepared.contenders.map((): Reading[] => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [index, contender] of prepared.contenders.entries()) {
        progress(round, contender.name);
        const reading = await contender.run();
        if (round > 0) readings[index]?.push(reading);
      }
    }
    const first = readings[0] ?? [];
    return {
      bench: bench.name,
      question: bench.question,
      rounds,
      figures: bench.figures,
      machine: describeMachine(),
      contenders: prepared.contenders.map((contender, index) => ({
        name: contender.name,
        ...(contender.note !== undefined && { note: contender.note }),
        ...summarise(bench.figures, readings[index] ?? [], first),
        rounds: readings[index] ?? [],
      })),
    };
  } finally {
    await prepared.close?.();
  }
}

function summarise(figures: readonly Figure[], own: readonly Reading[], first: readonly Reading[]) {
  const spreads: Record<string, Spread> = {};
  const ratios: Record<string, number> = {};
  for (const { key } of figures) {
    const values = own.map((reading) => figureOf(reading, key));
    spreads[key] = { min: Math.min(...values), median: median(values), max: Math.max(...values) };
    ratios[key] = median(values.map((value, round) => value / figureOf(first[round], key)));
  }
  return { figures: spreads, ratios };
}

function figureOf(reading: Reading | undefined, key: string): number {
  const value = reading?.[key];
  if (value === undefined) throw new Error(`a contender answered no figure ${key}`);
  return value;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
