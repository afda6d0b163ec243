import type { OcppVersion } from '../protocol/version.ts';
import type { OpenTransaction } from './charge-point.ts';
import type { IncomingCall, MeterDigest, Refusal } from './decision.ts';

/**
 * Keeps the samples of a MeterValues or StopTransaction request, flushed before it resolves. The frame
 * workers' code implements it, so that a message decided in place and one decided in a worker are read in the
 * same way.
 */
export type KeepSamples = (call: IncomingCall, context: MeterContext) => Promise<MeterVerdict>;

/** What must be known about the charge point to read its meter values. */
export interface MeterContext {
  readonly chargePointId: string;
  readonly version: OcppVersion;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly strict: boolean;
  readonly openTransactions: readonly OpenTransaction[];
  /** The transaction that a StopTransaction ends or has ended; null where there is none. */
  readonly ended?: OpenTransaction | null;
}

export interface MeterVerdict {
  readonly error?: Pick<Refusal, 'code' | 'description'>;
  readonly digest?: MeterDigest;
  readonly stop?: StopRemainder;
  /** How many samples were kept. */
  readonly samples: number;
  /** Names of the repairs that were needed to read the message. */
  readonly repairs?: readonly string[];
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
