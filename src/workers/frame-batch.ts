import type { MeterContext, MeterVerdict } from '../protocol/meter-message.ts';

/** Frames of this turn, for one worker. */
export interface FrameBatch {
  /**
   * The frames, one after the other, UTF-8; memory that the worker reads where it lies. Not to be changed
   * before its verdict.
   */
  readonly bytes: SharedArrayBuffer;
  readonly frames: readonly FrameContext[];
}

/** Where a frame lies in the batch, and what a worker has to know about its charge point. */
export interface FrameContext extends Omit<MeterContext, 'ended'> {
  readonly offset: number;
  readonly length: number;
}

/**
 * What a worker returns: one verdict per frame, in the order of the batch. By then every sample is flushed.
 */
export interface BatchVerdict {
  readonly verdicts: readonly FrameVerdict[];
  /** For the main thread to count. */
  readonly figures: BatchFigures;
  /** What went wrong inside Farad, for its log; the frames concerned are answered InternalError. */
  readonly faults: readonly string[];
}

export interface BatchFigures {
  /** Rows written to the journal. */
  readonly rows: number;
  /** Bytes of the chunk they were written as. */
  readonly journalBytes: number;
  /** Time spent reading and encoding, ms. */
  readonly decideMs: number;
  /** Time until the chunk was flushed, ms. */
  readonly flushMs: number;
}

/** The verdict on a frame. Without `error`, `stop` and `unhandled`: answer `{}`. */
export interface FrameVerdict extends MeterVerdict {
  /** Absent where the frame has none, and where it is the one in its head (`scanCall`). */
  readonly messageId?: string;
  /** Empty where it was not read. */
  readonly action: string;
  /** The frame is none that a worker decides: decide it in place. */
  readonly unhandled?: true;
}
