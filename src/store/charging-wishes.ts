import type { Table } from '../journal/environment.ts';
import { numberKey } from './keys.ts';
import type { ChargingWish, ChargingWishInput } from './site-record.ts';
import type { WritePath } from './write-path.ts';

/** What drivers want, by transaction. In `directory`. */
export interface ChargingWishes {
  get(transactionId: number): ChargingWish | undefined;
  put(wish: ChargingWishInput): Promise<ChargingWish>;
  /** False where there was none. */
  remove(transactionId: number): Promise<boolean>;
  /** The next ones after a transaction, at most `limit`: for those who clear up. */
  after(transactionId: number, limit: number): ChargingWish[];
}

export class ChargingWishTable implements ChargingWishes {
  private readonly path: WritePath;
  private readonly table: Table<ChargingWish>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('charging-wishes');
  }

  get(transactionId: number): ChargingWish | undefined {
    return this.table.get(numberKey(transactionId));
  }

  put(input: ChargingWishInput): Promise<ChargingWish> {
    return this.path.transact(() => {
      const wish = { ...input, version: this.path.nextVersion() };
      this.table.put(numberKey(input.transactionId), wish);
      return wish;
    });
  }

  remove(transactionId: number): Promise<boolean> {
    return this.path.transact(() => this.table.removeSync(numberKey(transactionId)));
  }

  after(transactionId: number, limit: number): ChargingWish[] {
    const range = this.table.getRange({ start: numberKey(transactionId), exclusiveStart: true, limit });
    return Array.from(range, ({ value }) => value);
  }
}
