import { type Environment, EnvironmentError } from '../journal/environment.ts';
import type { Place, TransactionLane } from '../journal/lane.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { packChunk } from '../records/chunk.ts';
import { encodeRow, type Table } from '../records/table.ts';

/** Name of the queue in `state`. */
export const OUTBOX = 'outbox';

/** Where rows wait in the outbox. */
export interface RowPlace {
  /** The sequence number in the lane. */
  readonly row: number;
  /** Absent in records of an older Farad, where all processes shared lane 0. */
  readonly lane?: number;
}

/**
 * Where rows are that go into the log with their change: in no lane of this machine, as the first place of
 * the first one that is ever made.
 */
export const IN_LOG: Place = { lane: 0, seq: 0 };

/**
 * Where rows wait for ClickHouse that must agree with state. Each process that adds some has its own lane.
 */
export class Outbox {
  private readonly queue: LaneQueue;
  private readonly lane: Pick<TransactionLane, 'append'> | undefined;

  /** `lane`: where rows of this process go, as parts of write transactions; absent: it may add none. */
  constructor(queue: LaneQueue, lane?: Pick<TransactionLane, 'append'>) {
    this.queue = queue;
    this.lane = lane;
  }

  /**
   * Adds rows as part of the write transaction that is running: they leave for ClickHouse if and only if the
   * change of state that they are about has happened.
   */
  add<Row>(table: Table<Row>, rows: readonly Row[]): RowPlace {
    return this.addPacked(packRows(table, rows));
  }

  /** As `add`, with what `packRows` has made. */
  addPacked(chunk: Buffer): RowPlace {
    if (this.lane === undefined) throw new EnvironmentError('this process adds nothing to the outbox');
    const { lane, seq } = this.lane.append(chunk);
    return { row: seq, lane };
  }

  /** Whether ClickHouse has the rows. */
  isDrained({ row, lane = 0 }: RowPlace): boolean {
    return this.queue.isDrained({ lane, seq: row });
  }
}

/** Rows as the outbox takes them, where they are known before the write transaction begins. */
export function packRows<Row>(table: Table<Row>, rows: readonly Row[]): Buffer {
  const lines = rows.map((row) => `${encodeRow(table, row)}\n`).join('');
  return packChunk(table.id, rows.length, Date.now(), lines);
}

/** Nothing counts the entries of the lane any more that all processes shared. */
export function forgetSharedSequence(environment: Environment): void {
  environment.records('outbox-meta').remove(Buffer.from('shared-seq'));
}
