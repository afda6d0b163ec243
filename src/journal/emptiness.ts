import type { CellsOfTransaction } from './cell.ts';
import type { Table } from './table.ts';

/**
 * Whether a table holds anything at all, for tables that mostly hold nothing and are looked through by nearly
 * every piece of work: within a write transaction the table is asked once. Whoever puts something into the
 * table says so with `filled`.
 */
export class Emptiness {
  private readonly table: Table<unknown>;
  private readonly transaction: CellsOfTransaction;
  private known: boolean | undefined;

  constructor(table: Table<unknown>, transaction: CellsOfTransaction) {
    this.table = table;
    this.transaction = transaction;
  }

  get isEmpty(): boolean {
    if (this.known !== undefined) return this.known;
    const isEmpty = isDone(this.table.getKeys({ limit: 1 }));
    if (this.transaction.holds(this)) this.known = isEmpty;
    return isEmpty;
  }

  /** Something is put into the table by the transaction that is running. */
  filled(): void {
    this.known = undefined;
  }

  write(): void {
    this.forget();
  }

  forget(): void {
    this.known = undefined;
  }
}

function isDone(keys: Iterable<unknown>): boolean {
  for (const _ of keys) return false;
  return true;
}
