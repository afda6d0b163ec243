import type { Environment, Table } from '../journal/environment.ts';
import { INT32_MAX } from '../protocol/int32.ts';
import { TRANSACTION_ID_BLOCK, type TransactionIdMark } from './transaction-id-mark.ts';

/** Charge points in the field keep a transactionId in 32 signed bits. */
export const MAX_TRANSACTION_ID = INT32_MAX;

/** Where `state` keeps the start of the next block. */
export const NEXT_BLOCK = Buffer.from('transaction-ids');

/** Ids that lie at hand before more are drawn. */
const AT_HAND = TRANSACTION_ID_BLOCK / 2;

/** Where numbers are drawn that no other process may draw. */
export interface NumberSource {
  /**
   * `draw` reads and raises counters; of two processes that draw at once, one does so after the other. It may
   * be run again. Resolves once that is on the disk; rejects with CommitError.
   */
  drawIds<Result>(draw: (meta: Table<number>) => Result): Promise<Result>;
}

/** Ids that this process may hand out. */
interface Block {
  readonly next: number;
  readonly last: number;
}

/**
 * Hands out transactionIds: positive, never twice in an installation, from blocks that belong to this process
 * until it ends. A block is drawn in a write transaction of its own, ahead of need, so that a transaction of
 * a charge point writes nothing that others write, too. What is left of a block when the process ends is
 * never handed out.
 */
export class TransactionIds {
  private readonly source: NumberSource;
  private readonly mark: TransactionIdMark | undefined;
  /** What is left, in the order in which it is handed out. */
  private blocks: readonly Block[] = [];
  private left = 0;
  /** To those who may take one and have not yet. */
  private promised = 0;
  private drawing: Promise<void> | undefined;

  /** `mark` is raised with each block; absent where others know, too, which were drawn. */
  constructor(source: NumberSource, mark: TransactionIdMark | undefined) {
    this.source = source;
    this.mark = mark;
  }

  /**
   * Resolves with what `use` does, who may take an id; it is the same one however often it is taken. An id
   * that was taken and not kept is never handed out again. Rejects with CommitError, and with RangeError when
   * all 2^31 - 1 are used up.
   */
  async lend<Result>(use: (take: () => number) => Promise<Result>): Promise<Result> {
    this.promised++;
    let taken: number | undefined;
    try {
      while (this.left < this.promised) await this.draw();
      if (this.left - this.promised < AT_HAND) void this.draw().catch(() => undefined);
      return await use(() => {
        taken ??= this.next();
        return taken;
      });
    } finally {
      if (taken === undefined) this.promised--;
    }
  }

  private next(): number {
    const [block, ...others] = this.blocks;
    if (block === undefined) throw new RangeError('more transactionIds are taken than were promised');
    this.blocks = block.next < block.last ? [{ ...block, next: block.next + 1 }, ...others] : others;
    this.left--;
    this.promised--;
    return block.next;
  }

  /** Draws blocks for all to whom an id is promised, and some more; one at a time. */
  private draw(): Promise<void> {
    this.drawing ??= this.source
      .drawIds((starts) => this.reserve(starts, this.promised + AT_HAND - this.left))
      .then((block) => {
        this.blocks = [...this.blocks, block];
        this.left += block.last - block.next + 1;
      })
      .finally(() => {
        this.drawing = undefined;
      });
    return this.drawing;
  }

  private reserve(starts: Table<number>, wanted: number): Block {
    const next = starts.get(NEXT_BLOCK) ?? 1;
    const blocks = Math.max(1, Math.ceil(wanted / TRANSACTION_ID_BLOCK));
    const last = Math.min(next + blocks * TRANSACTION_ID_BLOCK - 1, MAX_TRANSACTION_ID);
    if (next > last) throw new RangeError('all transactionIds are used up');
    // Before anything of the block can be handed out; further than what is committed in the end does no harm.
    this.mark?.raise(last + 1);
    starts.put(NEXT_BLOCK, last + 1);
    return { next, last };
  }
}

/** Nothing says any more where an edge stands in its block. */
export function forgetBlocks(environment: Environment): void {
  const blocks = environment.records('transaction-id-blocks');
  for (const owner of [...blocks.getKeys({})]) blocks.remove(owner);
}
