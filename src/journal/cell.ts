import type { KeyBytes, Table } from './table.ts';

/**
 * A record that nearly every piece of work changes, such as a counter. However many share a write
 * transaction, it is read and written once in it: the transaction keeps it at hand, and writes it when all
 * work is done.
 */
export class Cell<Value> {
  private readonly table: Table<Value>;
  private readonly key: KeyBytes;
  private readonly transaction: CellsOfTransaction;
  private value: Value | undefined;
  private isAtHand = false;
  private isChanged = false;

  constructor(table: Table<Value>, key: KeyBytes, transaction: CellsOfTransaction) {
    this.table = table;
    this.key = key;
    this.transaction = transaction;
  }

  /** Returns its value; within a transaction, what that has put into it. */
  get(): Value | undefined {
    if (!this.isAtHand) {
      const value = this.table.get(this.key);
      if (!this.transaction.keeps(this)) return value;
      this.value = value;
      this.isAtHand = true;
    }
    return this.value;
  }

  /** Within a transaction only. */
  put(value: Value): void {
    if (!this.isAtHand) this.isAtHand = this.transaction.keeps(this);
    this.value = value;
    this.isChanged = true;
  }

  /** The work of the transaction is done. */
  write(): void {
    if (this.isChanged) this.table.put(this.key, this.value as Value);
    this.forget();
  }

  /** The work of the transaction is given up, or has been written. */
  forget(): void {
    this.value = undefined;
    this.isAtHand = false;
    this.isChanged = false;
  }
}

/** What a transaction must know of a cell. */
type CellAtHand = Pick<Cell<unknown>, 'write' | 'forget'>;

/** Which cells the running write transaction has at hand. */
export class CellsOfTransaction {
  /** Whether work of a write transaction is running. */
  isRunning = false;
  private readonly cells: CellAtHand[] = [];

  /** Runs a piece of work of the transaction, which is synchronous. */
  run<Result>(work: () => Result): Result {
    this.isRunning = true;
    try {
      return work();
    } finally {
      this.isRunning = false;
    }
  }

  /** Keeps a cell at hand until the end of the transaction; false where none is running. */
  keeps(cell: CellAtHand): boolean {
    if (!this.isRunning) return false;
    this.cells.push(cell);
    return true;
  }

  /**
   * Writes what was changed: the last work of a transaction. Where that fails, nothing stays at hand that is
   * not on the disk.
   */
  write(): void {
    const cells = this.cells.splice(0);
    try {
      for (const cell of cells) cell.write();
    } finally {
      for (const cell of cells) cell.forget();
    }
  }

  /** The transaction did not come about. */
  forget(): void {
    for (const cell of this.cells.splice(0)) cell.forget();
  }
}
