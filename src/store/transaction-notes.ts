import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { numberKey } from './keys.ts';
import type { MainTable } from './tables.ts';

/** What is said about a transaction from outside. */
export interface TransactionNote {
  readonly transactionId: number;
  /** Rises with each change. */
  readonly version: number;
}

/**
 * Notes of one kind, one at most for a transaction; they stay when it has left the operational store. In
 * `directory`.
 */
export interface TransactionNotes<Note extends TransactionNote> {
  get(transactionId: number): Note | undefined;
  /** Puts a note in the place of the one before. */
  put(note: Omit<Note, 'version'>): Promise<Note>;
  /** False where there was none. */
  remove(transactionId: number): Promise<boolean>;
  /** The next ones after a transaction, at most `limit`. */
  after(transactionId: number, limit: number): Note[];
}

export class TransactionNoteTable<Note extends TransactionNote> implements TransactionNotes<Note> {
  private readonly path: DirectoryPath;
  private readonly table: Table<Note>;

  constructor(path: DirectoryPath, name: MainTable) {
    this.path = path;
    this.table = path.records(name);
  }

  get(transactionId: number): Note | undefined {
    return this.table.get(numberKey(transactionId));
  }

  put(input: Omit<Note, 'version'>): Promise<Note> {
    return this.path.transact(() => {
      const note = { ...input, version: this.path.nextVersion() } as Note;
      this.table.put(numberKey(note.transactionId), note);
      return note;
    });
  }

  remove(transactionId: number): Promise<boolean> {
    return this.path.transact(() => this.table.removeSync(numberKey(transactionId)));
  }

  after(transactionId: number, limit: number): Note[] {
    const range = this.table.getRange({ start: numberKey(transactionId), exclusiveStart: true, limit });
    return Array.from(range, ({ value }) => value);
  }
}
