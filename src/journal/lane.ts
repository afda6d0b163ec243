import type { Environment, Table } from './environment.ts';
import { laneKey } from './lane-key.ts';

/** One writer's part of a queue. Belongs to the thread that opened it. */
export class Lane {
  readonly number: number;
  private readonly environment: Environment;
  private readonly entries: Table<Buffer>;
  private seq = 0;

  constructor(number: number, environment: Environment, entries: Table<Buffer>) {
    this.number = number;
    this.environment = environment;
    this.entries = entries;
  }

  /**
   * Resolves once the chunk is on the disk; appends of the same moment share one flush. Rejects with
   * CommitError, and then the chunk is not in the queue. The bytes are read later: do not change them before
   * that.
   */
  async append(chunk: Uint8Array): Promise<void> {
    this.environment.assertSpace();
    this.seq++;
    // Its own transaction, or one with others of the same moment.
    const key = laneKey(this.number, this.seq);
    await this.environment.commit(() => this.entries.put(key, chunk as Buffer) as Promise<boolean>);
  }
}
