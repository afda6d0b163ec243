import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './write-durably.ts';

/** How many transactionIds an edge reserves at a time. */
export const TRANSACTION_ID_BLOCK = 1_000;

/**
 * `<dataDir>/transaction-ids`: below which number transactionIds were handed out, kept beside `state` so that
 * they are never given again where that is lost.
 */
export class TransactionIdMark {
  readonly file: string;

  constructor(dataDir: string) {
    this.file = join(dataDir, 'transaction-ids');
  }

  /**
   * The lowest transactionId that no edge has reserved; 1 where there is no file. Throws Error where it is
   * damaged.
   */
  read(): number {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 1;
      throw error;
    }
    if (!/^\d{1,10}\n$/.test(text)) throw new Error(`${this.file} is damaged: it must hold a number`);
    return Number(text);
  }

  /**
   * Resolves nothing lower: a file that is further already stays as it is. Within the write transaction that
   * reserves, so that one process writes at a time.
   */
  raise(next: number): void {
    if (next > this.read()) writeDurably(this.file, `${next}\n`);
  }
}
