import type { Environment, Table } from './environment.ts';

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
   * Resolves with its place once the chunk is on the disk; appends of the same moment share one flush.
   * Rejects with CommitError, and then the chunk is not in the queue. The bytes are read later: do not change
   * them before that.
   */
  async append(chunk: Uint8Array): Promise<Place> {
    this.environment.assertSpace();
    const place = { lane: this.number, seq: ++this.seq };
    // Its own transaction, or one with others of the same moment.
    const key = laneKey(place.lane, place.seq);
    await this.environment.commit(() => this.entries.put(key, chunk as Buffer) as Promise<boolean>);
    return place;
  }
}

/** Where an entry lies. */
export interface Place {
  readonly lane: number;
  readonly seq: number;
}

/** An entry among those of all queues there are. */
export interface EntryName extends Place {
  /** `LaneQueue.uuid` */
  readonly queue: string;
}

/**
 * One writer's part of a queue whose entries are part of its write transactions. Belongs to the process that
 * opened it. What is given up leaves a hole in the sequence, which nothing fills later.
 */
export class TransactionLane {
  private readonly number: number;
  private readonly entries: Pick<Table<Buffer>, 'put'>;
  private seq = 0;

  /** `entries` throws where no write transaction is running. */
  constructor(number: number, entries: Pick<Table<Buffer>, 'put'>) {
    this.number = number;
    this.entries = entries;
  }

  /** Adds a chunk as part of the write transaction that is running. Throws EnvironmentError where none is. */
  append(chunk: Uint8Array): Place {
    const place = { lane: this.number, seq: ++this.seq };
    this.entries.put(laneKey(place.lane, place.seq), chunk as Buffer);
    return place;
  }
}

/**
 * Key of an entry: lane (u32 BE), then sequence number (u64 BE, below 2^53). So the entries of a lane lie
 * together, in the order in which its writer made them.
 */
const TWO_32 = 0x1_0000_0000;

export const MAX_LANE = 0xffff_ffff;
export const MAX_SEQ = Number.MAX_SAFE_INTEGER;

export function laneKey(lane: number, seq: number): Buffer {
  const key = Buffer.allocUnsafe(12);
  key.writeUInt32BE(lane, 0);
  key.writeUInt32BE(Math.floor(seq / TWO_32), 4);
  key.writeUInt32BE(seq % TWO_32, 8);
  return key;
}

export function laneOf(key: Uint8Array): number {
  return view(key).getUint32(0);
}

export function seqOf(key: Uint8Array): number {
  const words = view(key);
  return words.getUint32(4) * TWO_32 + words.getUint32(8);
}

function view(key: Uint8Array): DataView {
  return new DataView(key.buffer, key.byteOffset, key.byteLength);
}
