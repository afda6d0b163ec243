import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from './environment.ts';
import type { TransactionLane } from './lane.ts';
import { LaneQueue } from './lane-queue.ts';
import { flushDirectory } from './overflow-lane.ts';

const DIRECTORY = 'journal-recovered.overflow-';
const DRAFT = 'recovering-rows-';

/** Chunks are written together up to so many, or so many bytes. */
const WRITE_CHUNKS = 500;
const WRITE_BYTES = 4 * 1024 * 1024;

/** Whether a directory holds rows that may be in ClickHouse already. */
export function isRecovered(directory: string): boolean {
  return directory.startsWith(DIRECTORY);
}

/**
 * Rows that were on a disk which is lost, on their way into an overflow without a journal. The sink finds it
 * once it is whole, and deletes it once it is drained.
 */
export class RecoveredRows {
  private readonly dataDir: string;
  private readonly draft: string;
  private readonly environment: Environment;
  private readonly lane: TransactionLane;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.draft = join(dataDir, `${DRAFT}${randomUUID()}`);
    this.environment = new Environment(this.draft, { shownAs: 'recovered rows' });
    this.lane = new LaneQueue(this.environment, 'entries').openTransactionLane();
  }

  /** Begins anew: what an attempt before has left unfinished is deleted. */
  static begin(dataDir: string): RecoveredRows {
    for (const name of readdirSync(dataDir))
      if (name.startsWith(DRAFT)) rmSync(join(dataDir, name), { recursive: true, force: true });
    return new RecoveredRows(dataDir);
  }

  /** Whether the rows that were recovered under this id wait for ClickHouse. */
  static isFinished(dataDir: string, id: string): boolean {
    return existsSync(join(dataDir, `${DIRECTORY}${id}`));
  }

  /** Rejects with CommitError. */
  async keep(chunk: Uint8Array): Promise<void> {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waiting.length >= WRITE_CHUNKS || this.waitingBytes >= WRITE_BYTES) await this.write();
  }

  /** Resolves once all of them wait for ClickHouse, under this id. Rejects with CommitError. */
  async finish(id: string): Promise<void> {
    await this.write();
    await this.environment.close();
    const directory = join(this.dataDir, `${DIRECTORY}${id}`);
    renameSync(this.draft, directory);
    for (const path of [directory, this.dataDir]) flushDirectory(path);
  }

  /** Deletes what is unfinished; does nothing where it is finished. */
  async giveUp(): Promise<void> {
    await this.environment.close();
    rmSync(this.draft, { recursive: true, force: true });
  }

  private async write(): Promise<void> {
    const chunks = this.waiting;
    await this.environment.transact(() => {
      for (const chunk of chunks) this.lane.append(chunk);
    });
    this.waiting = [];
    this.waitingBytes = 0;
  }
}
