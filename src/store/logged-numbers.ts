import type { Environment } from '../journal/environment.ts';
import type { Table } from '../journal/table.ts';
import type { ChangeDriver } from './change-driver.ts';
import { RecordingTable } from './recording-table.ts';
import type { DirectoryTable } from './tables.ts';
import type { NumberSource } from './transaction-ids.ts';
import { type Changes, writingThrough } from './writing.ts';

const META: DirectoryTable = 'meta';

/** The scope of what all processes of all nodes draw numbers from. */
const IDS = 'ids';

/** Draws numbers that no other node draws: the log says who came first. */
export class LoggedNumbers implements NumberSource {
  private readonly meta: Table<number>;
  private readonly changes: Changes;

  constructor(directory: Environment, driver: ChangeDriver<unknown>) {
    const { recorder, changes } = writingThrough(directory, driver);
    this.meta = new RecordingTable(META, directory.records<number>(META), recorder);
    this.changes = changes;
  }

  drawIds<Result>(draw: (meta: Table<number>) => Result): Promise<Result> {
    return this.changes.add(IDS, () => draw(this.meta));
  }
}
