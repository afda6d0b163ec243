import type { ErrorCode } from '../protocol/error-code.ts';
import type { OcppVersion } from '../protocol/version.ts';

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
export interface FrameContext {
  readonly offset: number;
  readonly length: number;
  readonly chargePointId: string;
  /** Of OCPP, that the frame is of. */
  readonly version: OcppVersion;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly strict: boolean;
  /** `[connectorId, transactionId]` of what runs at the charge point. */
  readonly openTransactions: readonly (readonly [connectorId: number, transactionId: number])[];
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

export interface FrameVerdict {
  /** Absent where the frame has none, and where it is the one in its head (`scanCall`). */
  readonly messageId?: string;
  /** Empty where it was not read. */
  readonly action: string;
  /** Answer with this CALLERROR. Without it, and without `stop` or `unhandled`: answer `{}`. */
  readonly error?: { readonly code: ErrorCode; readonly description: string };
  /** The frame is none that a worker decides: decide it in place. */
  readonly unhandled?: true;
  /** A StopTransaction whose samples are kept: hand it to `finishStop`, which gives the answer. */
  readonly stop?: StopRemainder;
  readonly digest?: MeterDigest;
  /** How many samples were kept. */
  readonly samples: number;
  /** Names of the repairs that were needed to read the message, to be counted. */
  readonly repairs?: readonly string[];
}

/** The last known energy register and power of a connector, read from one message. */
export interface MeterDigest {
  readonly connectorId: number;
  /** Energy.Active.Import.Register over all phases, Wh. */
  readonly lastRegisterWh?: number;
  /** Power.Active.Import over all phases, W. */
  readonly powerW?: number;
  /**
   * Rank of the place where the register was read, and of that of the power; absent: the outlet. What is read
   * at several places is never mixed.
   */
  readonly registerPlace?: number;
  readonly powerPlace?: number;
  /** Time of the newest sample, epoch ms. */
  readonly at: number;
}

/** A StopTransaction without what was already kept of it. */
export interface StopRemainder {
  /** As received; `transactionData` is left in only where it could not be kept as samples. */
  readonly request: Readonly<Record<string, unknown>>;
  /** What was odd about the transactionData. */
  readonly flags: readonly string[];
  /** The frame as received, where it is nested too deeply: `request` is without what lies too deep. */
  readonly deepFrame?: string;
  /** Nothing is kept yet: whose transactionData they are must be looked up first. */
  readonly unkept?: true;
}
