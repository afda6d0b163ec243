import type { Table } from '../journal/environment.ts';
import type { WritePath } from './write-path.ts';

/** Charge points in the field keep a transactionId in 32 signed bits (obligation E4). */
export const MAX_TRANSACTION_ID = 0x7fff_ffff;

const BLOCK = 1_000;
const NEXT_BLOCK = Buffer.from('transaction-ids');

interface Block {
  readonly next: number;
  readonly last: number;
}

/**
 * Hands out transactionIds: positive, never twice in an installation, from a block per edge. Where the edge stands in its block is written in the same
 * transaction as the record that gets the id, so neither a crash nor a failed write can bring an id up again.
 */
export class TransactionIds {
  private readonly path: WritePath;
  private readonly blocks: Table<Block>;
  private readonly starts: Table<number>;
  private readonly key: Buffer;

  /** `owner` names the edge. */
  constructor(path: WritePath, owner: string) {
    this.path = path;
    this.blocks = path.environment.records('transaction-id-blocks', [['next', 'last']]);
    this.starts = path.environment.records('meta');
    this.key = Buffer.from(owner);
  }

  /** The next id. Within a write transaction only. Throws RangeError when all 2^31 - 1 are used up. */
  take(): number {
    this.path.environment.assertTransacting('taking a transactionId');
    const known = this.blocks.get(this.key);
    const block = known && known.next <= known.last ? known : this.reserve();
    this.blocks.put(this.key, { next: block.next + 1, last: block.last });
    return block.next;
  }

  private reserve(): Block {
    const next = this.starts.get(NEXT_BLOCK) ?? 1;
    const last = Math.min(next + BLOCK - 1, MAX_TRANSACTION_ID);
    if (next > last) throw new RangeError('all transactionIds are used up');
    this.starts.put(NEXT_BLOCK, last + 1);
    return { next, last };
  }
}
