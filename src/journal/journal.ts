import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Environment } from './environment.ts';
import { LaneQueue } from './lane-queue.ts';
import { Overflow, OverflowingLane } from './overflow.ts';
import { endOverflow, isOverflow, isUnfinished, shownName } from './overflow-lane.ts';
import { Uncopied } from './uncopied.ts';

export interface JournalOptions {
  /** Directory of the journal; created where it is missing. */
  readonly path: string;
  /** Bytes that may wait (`journal.budget`); without it only a full disk changes the level. */
  readonly budget?: number;
  /** For a reader that removes nothing; the journal must exist. */
  readonly readOnly?: boolean;
  /** Bytes of the disk that are left free. Default 64 MiB. */
  readonly diskReserve?: number;
  /** Bytes of entries above which chunks go into overflows (32 MiB by default). */
  readonly overflowAbove?: number;
  /** Bytes of entries above which an overflow is left for another one. */
  readonly overflowFullAbove?: number;
}

/** The rows of one edge on their way to ClickHouse. Open it in as many threads and processes as needed. */
export interface Journal {
  readonly uuid: string;
  readonly queue: LaneQueue;
  /**
   * A lane of its own for this writer; blocks until its number is on the disk, so call it at the start of a
   * thread.
   */
  openLane(): OverflowingLane;
  /** What of it no other machine has, where rows are copied to others at all. Makes a table for that. */
  uncopied(): Uncopied;
  /** May be asked per frame: measured at most ten times a second. */
  readonly level: () => JournalLevel;
  /**
   * Of an overflow: ends it if nothing is left in it, and returns whether it has ended, so that its directory
   * can be deleted. Blocks until that is on the disk.
   */
  end(): boolean;
  /** Waits for the appends under way. */
  close(): Promise<void>;
}

const MEASURE_EVERY_MS = 100;

/** With less than this left on the disk, bytes, samples are refused: the rest is for transactions. */
const KEPT_FOR_TRANSACTIONS = 192 * 1024 * 1024;

const DIRECTORY_PREFIX = 'journal-';

/** An overflow that is being made for so long will not be finished, ms. */
const UNFINISHED_FOR_MS = 60_000;

/** Directory of the journal of an edge, named as its process (`edge-0`). */
export function journalPath(dataDir: string, edge: string): string {
  return join(dataDir, `${DIRECTORY_PREFIX}${edge}`);
}

/**
 * Names of the edges that have a journal, those of edges that no longer run included: what is in them must
 * reach ClickHouse too.
 */
export function journalNames(dataDir: string): string[] {
  return namesIn(dataDir).filter((name) => !isOverflow(name));
}

/** Names of overflows, as those of edges: they come and go. */
export function overflowNames(dataDir: string): string[] {
  return namesIn(dataDir).filter((name) => isOverflow(name) && !isUnfinished(name));
}

/** Directories that may hold rows: those of journals, then those of overflows. */
export function journalDirectories(dataDir: string): string[] {
  return [...journalNames(dataDir), ...overflowNames(dataDir)].map((name) => `${DIRECTORY_PREFIX}${name}`);
}

/** Deletes overflows whose writers died before they had finished them: no row was ever confirmed by these. */
export function removeUnfinished(dataDir: string): void {
  for (const name of namesIn(dataDir).filter(isUnfinished)) {
    const path = journalPath(dataDir, name);
    const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > UNFINISHED_FOR_MS) rmSync(path, { recursive: true, force: true });
  }
}

function namesIn(dataDir: string): string[] {
  return readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(DIRECTORY_PREFIX))
    .map((entry) => entry.name.slice(DIRECTORY_PREFIX.length))
    .sort();
}

/** Throws NewerDataError where a newer Farad wrote it. */
export function openJournal({
  path,
  budget,
  overflowAbove,
  overflowFullAbove,
  ...options
}: JournalOptions): Journal {
  const environment = new Environment(path, { ...options, shownAs: shownName(basename(path)) });
  const queue = new LaneQueue(environment, 'entries');
  const usedBytes = () => queue.usedBytes();
  const overflow = new Overflow({
    ...{ path, diskReserve: options.diskReserve, usedBytes },
    ...{ above: overflowAbove, fullAbove: overflowFullAbove },
  });
  let ofBudget: JournalLevel = 'normal';
  let level: JournalLevel = 'normal';
  let measuredAt = Number.NEGATIVE_INFINITY;
  return {
    uuid: queue.uuid,
    queue,
    openLane: () => new OverflowingLane(queue, overflow),
    uncopied: () => new Uncopied(environment),
    level() {
      const now = performance.now();
      if (now - measuredAt >= MEASURE_EVERY_MS) {
        measuredAt = now;
        if (budget !== undefined) ofBudget = nextLevel(ofBudget, usedBytes() + overflow.usedBytes(), budget);
        level = environment.space.left() < KEPT_FOR_TRANSACTIONS ? 'no-samples' : ofBudget;
      }
      return level;
    },
    end: () => endOverflow(environment, queue),
    async close() {
      await overflow.close();
      await environment.close();
    },
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
