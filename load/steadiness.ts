import type { Second } from './measurements.ts';

/** How a process's memory moved during the load. */
export interface MemorySlope {
  readonly process: string;
  /** MiB of RssAnon per hour, by least squares. */
  readonly mibPerHour: number;
  /** Its standard error. */
  readonly error: number;
  /** Seconds of the load that it was taken from. */
  readonly overSeconds: number;
}

/**
 * Heaps and caches grow to their working size first, until every charge point has had its first session: that
 * is no leak.
 */
const WARM_UP_SHARE = 1 / 2;
/**
 * Readings a second apart are not independent of each other: collections of garbage come every few seconds.
 */
const BLOCK_S = 10;
/** Fewer points make no line worth telling. */
const LEAST_BLOCKS = 4;

/**
 * The slope of each process's memory over the second half of the load; nothing for runs that are too short.
 */
export function memorySlopes(seconds: readonly Second[]): MemorySlope[] {
  const load = seconds.filter(({ phase }) => phase === 'load');
  const begin = load[0]?.at ?? 0;
  const length = (load.at(-1)?.at ?? 0) - begin;
  const from = begin + length * WARM_UP_SHARE;
  const warm = load.filter(({ at }) => at >= from);
  const names = [...new Set(warm.flatMap(({ processes }) => Object.keys(processes)))];
  return names.flatMap((process) => {
    const points = blockMeans(
      warm.flatMap(({ at, processes }) => {
        const memory = processes[process]?.memory;
        return memory === undefined ? [] : [{ x: at / 3600, y: memory / 1024 ** 2 }];
      }),
    );
    if (points.length < LEAST_BLOCKS) return [];
    const { slope, error } = leastSquares(points);
    return [{ process, mibPerHour: slope, error, overSeconds: Math.round(begin + length - from) }];
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function blockMeans(points: readonly Point[]): Point[] {
  const blocks: Point[] = [];
  for (let from = 0; from + BLOCK_S <= points.length; from += BLOCK_S) {
    const block = points.slice(from, from + BLOCK_S);
    blocks.push({
      x: block.reduce((sum, { x }) => sum + x, 0) / BLOCK_S,
      y: block.reduce((sum, { y }) => sum + y, 0) / BLOCK_S,
    });
  }
  return blocks;
}

/** The line through at least three points that is nearest to them, and the standard error of its slope. */
export function leastSquares(points: readonly Point[]): { slope: number; error: number } {
  const count = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const residues = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(residues / (count - 2) / spread) };
}
