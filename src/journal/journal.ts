import type { Lane, LaneQueue } from './lane-queue.ts';

/** What the budget allows: the message log stops first, meter samples next, the rest never. */
export type JournalLevel = 'normal' | 'no-messages' | 'no-samples';

export interface JournalOptions {
  /** Directory of the journal; created where it is missing. */
  readonly path: string;
  /** Bytes that may be held (`journal.budget`); without it the level stays `normal`. */
  readonly budget?: number;
  readonly readOnly?: boolean;
}

/** The rows of one edge on their way to ClickHouse. Open it in as many threads and processes as needed. */
export interface Journal {
  readonly uuid: string;
  readonly queue: LaneQueue;
  /** A lane of its own for this writer; blocks until its number is on the disk, so call it at the start of a thread. */
  openLane(): Lane;
  /** May be asked per frame: measured at most a few times a second. */
  level(): JournalLevel;
  /** Waits for the appends under way. */
  close(): Promise<void>;
}
