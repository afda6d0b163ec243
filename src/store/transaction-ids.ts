import type { Cell } from '../journal/cell.ts';
import type { Table } from '../journal/environment.ts';
import { INT32_MAX } from '../protocol/int32.ts';
import { TRANSACTION_ID_BLOCK, type TransactionIdMark } from './transaction-id-mark.ts';
import type { WritePath } from './write-path.ts';

/** Charge points in the field keep a transactionId in 32 signed bits. */
export const MAX_TRANSACTION_ID = INT32_MAX;

/** Where `state` keeps the start of the next block. */
export const NEXT_BLOCK = Buffer.from('transaction-ids');

interface Block {
  readonly next: number;
  readonly last: number;
}

/**
 * Hands out transactionIds: positive, never twice in an installation, from a block per edge. Where the edge
 * stands in its block is written in the same transaction as the record that gets the id, so neither a crash
 * nor a failed write can bring an id up again.
 */
export class TransactionIds {
  private readonly path: WritePath;
  private readonly block: Cell<Block>;
  private readonly starts: Table<number>;
  private readonly mark: TransactionIdMark;

  /** `owner` names the edge. */
  constructor(path: WritePath, owner: string, mark: TransactionIdMark) {
    this.path = path;
    this.mark = mark;
    const blocks = path.environment.records<Block>('transaction-id-blocks', [['next', 'last']]);
    this.block = path.environment.cell(blocks, Buffer.from(owner));
    this.starts = path.environment.records('meta');
  }

  /** The next id. Within a write transaction only. Throws RangeError when all 2^31 - 1 are used up. */
  take(): number {
    this.path.environment.assertTransacting('taking a transactionId');
    const known = this.block.get();
    const block = known && known.next <= known.last ? known : this.reserve();
    this.block.put({ next: block.next + 1, last: block.last });
    return block.next;
  }

  private reserve(): Block {
    const next = this.starts.get(NEXT_BLOCK) ?? 1;
    const last = Math.min(next + TRANSACTION_ID_BLOCK - 1, MAX_TRANSACTION_ID);
    if (next > last) throw new RangeError('all transactionIds are used up');
    // Before anything of the block can be handed out; further than what is committed in the end does no harm.
    this.mark.raise(last + 1);
    this.starts.put(NEXT_BLOCK, last + 1);
    return { next, last };
  }
}
