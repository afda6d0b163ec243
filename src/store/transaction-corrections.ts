import type { TransactionNote } from './transaction-notes.ts';

/**
 * What an operator says about the energy of a transaction. It stands beside what the charge point reported,
 * never in its place.
 */
export interface TransactionCorrection extends TransactionNote {
  readonly chargePointId: string;
  /** Wh; null where the registers say it. */
  readonly energyWh: number | null;
  /** Wh; null where the reported one stands. */
  readonly meterStart: number | null;
  readonly meterStop: number | null;
  readonly note: string;
  /** Id of the API key, or of the key whose log-in it was. */
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}
