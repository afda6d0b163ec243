import type { ErrorCode } from './error-code.ts';
import type { OcppVersion } from './version.ts';

/** A transaction that runs on a connector: ready to travel with a frame to a worker. */
export type OpenTransaction = readonly [connectorId: number, transactionId: number];

/** What must be known about the charge point to read a message with meter values. */
export interface MeterContext {
  readonly chargePointId: string;
  /** Of OCPP, that the message is of. */
  readonly version: OcppVersion;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly strict: boolean;
  readonly openTransactions: readonly OpenTransaction[];
  /**
   * The transaction that a StopTransaction ends or has ended, null where there is none; absent where nobody
   * has looked it up.
   */
  readonly ended?: OpenTransaction | null;
}

/** What became of a message with meter values. */
export interface MeterVerdict {
  /** Answer with this CALLERROR. */
  readonly error?: { readonly code: ErrorCode; readonly description: string };
  readonly digest?: MeterDigest;
  /** A StopTransaction whose samples are kept: hand it to `finishStop`, which gives the answer. */
  readonly stop?: StopRemainder;
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
  /** Of its CALL, where that is at hand. */
  readonly messageId?: string;
  /**
   * As received, otherwise unchecked; `transactionData` is left in only where it could not be kept as
   * samples.
   */
  readonly request: Readonly<Record<string, unknown>>;
  /** What was odd about the transactionData. */
  readonly flags: readonly string[];
  /** The frame as received, where it is nested too deeply: `request` is without what lies too deep. */
  readonly deepFrame?: string;
  /** Nothing is kept yet: whose transactionData they are must be looked up first. */
  readonly unkept?: true;
}
