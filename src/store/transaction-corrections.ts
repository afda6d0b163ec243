import type { Table } from '../journal/environment.ts';
import { numberKey } from './keys.ts';
import type { WritePath } from './write-path.ts';

/** What an operator says about the energy of a transaction. It stands beside what the charge point reported, never in its place. */
export interface TransactionCorrection {
  readonly transactionId: number;
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
  /** Rises with each correction. */
  readonly version: number;
}

/** Corrections by transaction; they stay when the transaction has left the operational store. In `directory`. */
export interface TransactionCorrections {
  get(transactionId: number): TransactionCorrection | undefined;
  put(correction: Omit<TransactionCorrection, 'version'>): Promise<TransactionCorrection>;
  /** False where there was none. */
  remove(transactionId: number): Promise<boolean>;
}

export class TransactionCorrectionTable implements TransactionCorrections {
  private readonly path: WritePath;
  private readonly table: Table<TransactionCorrection>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('transaction-corrections');
  }

  get(transactionId: number): TransactionCorrection | undefined {
    return this.table.get(numberKey(transactionId));
  }

  put(input: Omit<TransactionCorrection, 'version'>): Promise<TransactionCorrection> {
    return this.path.transact(() => {
      const correction = { ...input, version: this.path.nextVersion() };
      this.table.put(numberKey(input.transactionId), correction);
      return correction;
    });
  }

  remove(transactionId: number): Promise<boolean> {
    return this.path.transact(() => this.table.removeSync(numberKey(transactionId)));
  }
}
