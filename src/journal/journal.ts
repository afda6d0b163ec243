import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from './environment.ts';
import type { Lane } from './lane.ts';
import { LaneQueue } from './lane-queue.ts';

export interface JournalOptions {
  /** Directory of the journal; created where it is missing. */
  readonly path: string;
  /** Bytes that may wait (`journal.budget`); without it only a full disk changes the level. */
  readonly budget?: number;
  /** For a reader that removes nothing; the journal must exist. */
  readonly readOnly?: boolean;
  /** Bytes of the disk that are left free. Default 64 MiB. */
  readonly diskReserve?: number;
}

/** The rows of one edge on their way to ClickHouse. Open it in as many threads and processes as needed. */
export interface Journal {
  readonly uuid: string;
  readonly queue: LaneQueue;
  /**
   * A lane of its own for this writer; blocks until its number is on the disk, so call it at the start of a
   * thread.
   */
  openLane(): Lane;
  /** May be asked per frame: measured at most ten times a second. */
  readonly level: () => JournalLevel;
  /** Waits for the appends under way. */
  close(): Promise<void>;
}

const MEASURE_EVERY_MS = 100;

/** With less than this left on the disk, bytes, samples are refused: the rest is for transactions. */
const KEPT_FOR_TRANSACTIONS = 192 * 1024 * 1024;

const DIRECTORY_PREFIX = 'journal-';

/** Directory of the journal of an edge, named as its process (`edge-0`). */
export function journalPath(dataDir: string, edge: string): string {
  return join(dataDir, `${DIRECTORY_PREFIX}${edge}`);
}

/**
 * Names of the edges that have a journal, those of edges that no longer run included: what is in them must
 * reach ClickHouse too.
 */
export function journalNames(dataDir: string): string[] {
  return readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(DIRECTORY_PREFIX))
    .map((entry) => entry.name.slice(DIRECTORY_PREFIX.length))
    .sort();
}

/** Throws NewerDataError where a newer Farad wrote it. */
export function openJournal({ path, budget, ...options }: JournalOptions): Journal {
  const environment = new Environment(path, options);
  const queue = new LaneQueue(environment, 'entries');
  let ofBudget: JournalLevel = 'normal';
  let level: JournalLevel = 'normal';
  let measuredAt = Number.NEGATIVE_INFINITY;
  return {
    uuid: queue.uuid,
    queue,
    openLane: () => queue.openLane(),
    level() {
      const now = performance.now();
      if (now - measuredAt >= MEASURE_EVERY_MS) {
        measuredAt = now;
        if (budget !== undefined) ofBudget = nextLevel(ofBudget, queue.usedBytes(), budget);
        level = environment.space.left() < KEPT_FOR_TRANSACTIONS ? 'no-samples' : ofBudget;
      }
      return level;
    },
    close: () => environment.close(),
  };
}

/** What the budget allows: the message log stops first, meter samples next, the rest never. */
export type JournalLevel = 'normal' | 'no-messages' | 'no-samples';

/**
 * Shares of the budget. Leaving a level takes a little less than reaching it, so that it does not flutter.
 */
const STOP_MESSAGES = 0.7;
const STOP_SAMPLES = 0.9;
const RELIEF = 0.05;

/** The level after `used` bytes of `budget` were measured, coming from `level`. */
export function nextLevel(level: JournalLevel, used: number, budget: number): JournalLevel {
  const share = used / budget;
  if (share >= STOP_SAMPLES || (level === 'no-samples' && share >= STOP_SAMPLES - RELIEF))
    return 'no-samples';
  if (share >= STOP_MESSAGES || (level !== 'normal' && share >= STOP_MESSAGES - RELIEF)) return 'no-messages';
  return 'normal';
}
