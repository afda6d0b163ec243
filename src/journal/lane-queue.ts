import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CHUNK_HEADER_BYTES, unpackChunk } from '../records/chunk.ts';
import { type Environment, sizeOf, type Table, type TableSize } from './environment.ts';
import { checkFormat } from './format.ts';
import {
  type EntryName,
  Lane,
  laneKey,
  laneOf,
  MAX_LANE,
  MAX_SEQ,
  type Place,
  seqOf,
  TransactionLane,
} from './lane.ts';

/**
 * A run of consecutive sequence numbers of one lane: exactly what a reader has read, and so all that it may
 * delete.
 */
export interface Span {
  readonly lane: number;
  /** First and last sequence number, both included. */
  readonly from: number;
  readonly to: number;
}

/** One chunk in the queue (see records/chunk.ts), copied out of the database. */
export interface Entry {
  readonly lane: number;
  readonly seq: number;
  readonly chunk: Buffer;
}

/**
 * The spans that are about to be inserted, persisted before the insert so that a retry inserts the same rows
 * under the same token.
 */
export interface SavedBatch {
  readonly spans: readonly Span[];
  /**
   * Tables whose rows of this batch are inserted in parts, because some of them were refused: never again as
   * a whole.
   */
  readonly split?: readonly string[];
  /** Epoch ms. */
  readonly savedAt: number;
}

export interface ReadLimits {
  /** At most this many entries. */
  readonly entries: number;
  /** At most this many bytes of chunks; the first entry is always read. */
  readonly bytes: number;
}

export interface QueueDepth {
  readonly entries: number;
  /**
   * Bytes of disk that the entries really hold: goes down as they are removed, though the file never shrinks.
   */
  readonly bytes: number;
  /** When the oldest chunk was written, epoch ms; undefined where the queue is empty. */
  readonly oldestWrittenAt: number | undefined;
}

/** Removals per write transaction: writers wait for the lock no longer than that takes. */
const REMOVALS_PER_TRANSACTION = 500;

/** Layout of the entries and of what is kept about them. */
const FORMAT = 1;

/** Lane 0 was shared by all processes once, and may hold entries still. */
const FIRST_LANE = 1;

const UUID = Buffer.from('uuid');
const NEXT_LANE = Buffer.from('next-lane');
const BATCH = Buffer.from('batch');

/**
 * A durable queue of chunks: many writers, one reader.
 *
 * A lane has one writer and its sequence is dense, so what a reader has read of it is a span without holes
 * that nothing can be committed into later. That is what makes deleting safe: with one order over all
 * writers, by time or by number, a late commit would land inside a range that was already read. A lane exists
 * as long as it holds entries; numbers are never used twice.
 */
export class LaneQueue {
  /** Identity of this queue for deduplication tokens; made when the queue is created. */
  readonly uuid: string;
  private readonly environment: Environment;
  private readonly entries: Table<Buffer>;
  private readonly meta: Table<unknown>;

  /**
   * Opens, or creates, the queue `name` inside an environment. Throws NewerDataError where a newer Farad
   * wrote it.
   */
  constructor(environment: Environment, name: string) {
    this.environment = environment;
    this.entries = environment.bytes(name);
    this.meta = environment.records(`${name}-meta`);
    checkFormat(environment, this.meta, `the queue ${name} in ${environment.path}`, FORMAT);
    this.uuid = (this.meta.get(UUID) as string | undefined) ?? this.createUuid();
  }

  /** The entries as write transactions of this environment write to them. */
  private get underLock(): Pick<Table<Buffer>, 'put'> {
    return {
      put: (key, chunk) => {
        this.environment.assertTransacting('appending to a lane of write transactions');
        return this.entries.put(key, chunk);
      },
    };
  }

  /** The file that every entry is written to. */
  get file(): string {
    return join(this.environment.path, 'data.mdb');
  }

  /** Whether it holds no entries, and no batch of it is saved. */
  get isEmpty(): boolean {
    return this.firstKey(0) === undefined && this.savedBatch() === undefined;
  }

  get isOpen(): boolean {
    return this.environment.isOpen;
  }

  /** A lane for one writer. Blocks until its number is on the disk, so that no two writers ever share one. */
  openLane(): Lane {
    return new Lane(this.newLane(), this.environment, this.entries);
  }

  /**
   * As `openLane`, for entries that are part of write transactions. `entries`: the table of this queue as
   * these write to it, unless they do so under the write lock.
   */
  openTransactionLane(entries: Pick<Table<Buffer>, 'put'> = this.underLock): TransactionLane {
    return new TransactionLane(this.newLane(), entries);
  }

  /** Whether the entry has been removed. */
  isDrained({ lane, seq }: Place): boolean {
    return !this.entries.doesExist(laneKey(lane, seq));
  }

  /** The last entry of each lane that holds entries. */
  ends(): Place[] {
    return this.lanes().flatMap((lane) => {
      const [last] = this.entries.getKeys({ start: laneKey(lane, MAX_SEQ), reverse: true, limit: 1 });
      return last && laneOf(last) === lane ? [{ lane, seq: seqOf(last) }] : [];
    });
  }

  /** Whether nothing is left of a lane up to this entry. */
  isDrainedUpTo({ lane, seq }: Place): boolean {
    this.environment.endRead();
    const first = this.firstKey(lane);
    return first === undefined || laneOf(first) !== lane || seqOf(first) > seq;
  }

  /** Lanes that hold entries, ascending. One seek each. */
  lanes(): number[] {
    const lanes: number[] = [];
    this.environment.endRead();
    let first = this.firstKey(0);
    while (first !== undefined) {
      const lane = laneOf(first);
      lanes.push(lane);
      first = lane < MAX_LANE ? this.firstKey(lane + 1) : undefined;
    }
    this.environment.endRead();
    return lanes;
  }

  /** Names of all entries, without what they hold. */
  names(): EntryName[] {
    this.environment.endRead();
    const keys = this.entries.getKeys({});
    const names = Array.from(keys, (key) => ({ queue: this.uuid, lane: laneOf(key), seq: seqOf(key) }));
    this.environment.endRead();
    return names;
  }

  /** The next run of consecutive entries of a lane at or after `from`; empty where there is none. */
  read(lane: number, from: number, limits: ReadLimits): Entry[] {
    return this.run({ lane, from, to: MAX_SEQ }, limits);
  }

  /** What is left of a span: all of it, unless its removal had begun. */
  readSpan(span: Span): Entry[] {
    const entries: Entry[] = [];
    this.environment.endRead();
    for (const { key, value } of this.range(span)) {
      entries.push({ lane: span.lane, seq: seqOf(key), chunk: value });
    }
    this.environment.endRead();
    return entries;
  }

  /** Removes these spans, in write transactions of at most 500 entries. Repeating it does no harm. */
  async remove(spans: readonly Span[]): Promise<void> {
    let keys: Buffer[] = [];
    for (const { lane, from, to } of spans) {
      for (let seq = from; seq <= to; seq++) {
        keys.push(laneKey(lane, seq));
        if (keys.length < REMOVALS_PER_TRANSACTION) continue;
        await this.removeKeys(keys);
        keys = [];
      }
    }
    if (keys.length > 0) await this.removeKeys(keys);
  }

  /** Persists what is about to be inserted. There is one batch at a time: it replaces the one before. */
  async saveBatch(
    spans: readonly Span[],
    split: readonly string[] = [],
    savedAt = Date.now(),
  ): Promise<SavedBatch> {
    const batch: SavedBatch = { spans, ...(split.length > 0 && { split }), savedAt };
    await this.environment.write(() => {
      this.meta.put(BATCH, batch);
    });
    return batch;
  }

  /**
   * The batch that was saved and not cleared: after a crash it is to be inserted again, under the same token.
   */
  savedBatch(): SavedBatch | undefined {
    return this.meta.get(BATCH) as SavedBatch | undefined;
  }

  async clearBatch(): Promise<void> {
    await this.environment.write(() => {
      this.meta.remove(BATCH);
    });
  }

  /** After all inserts of the saved batch have succeeded: removes its spans, then the batch. */
  async finishBatch(): Promise<void> {
    const batch = this.savedBatch();
    if (!batch) return;
    await this.remove(batch.spans);
    await this.clearBatch();
  }

  /** Cheap: counters of LMDB, and one look per lane. */
  depth(): QueueDepth {
    const { entries, bytes } = this.size();
    let oldestWrittenAt: number | undefined;
    for (const lane of this.lanes()) {
      const [first] = this.run({ lane, from: 0, to: MAX_SEQ }, { entries: 1, bytes: 0 });
      // What is torn is rejected by whoever inserts it.
      if (!first || first.chunk.length < CHUNK_HEADER_BYTES) continue;
      const { writtenAt } = unpackChunk(first.chunk);
      if (oldestWrittenAt === undefined || writtenAt < oldestWrittenAt) oldestWrittenAt = writtenAt;
    }
    return { entries, bytes, oldestWrittenAt };
  }

  /** Bytes of disk that the entries take. O(1). */
  usedBytes(): number {
    return this.size().bytes;
  }

  /**
   * As it is now: a thread that is never done with its turn would otherwise see one old snapshot for
   * ever.
   */
  private size(): TableSize {
    this.environment.endRead();
    return sizeOf(this.entries);
  }

  private run(span: Span, limits: ReadLimits): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    this.environment.endRead();
    for (const { key, value } of this.range(span, limits.entries)) {
      const seq = seqOf(key);
      const previous = entries.at(-1);
      bytes += value.length;
      if (previous && (seq !== previous.seq + 1 || bytes > limits.bytes)) break;
      entries.push({ lane: span.lane, seq, chunk: value });
    }
    this.environment.endRead();
    return entries;
  }

  private range({ lane, from, to }: Span, limit?: number): Iterable<{ key: Uint8Array; value: Buffer }> {
    const bounds = { start: laneKey(lane, from), end: laneKey(lane, to), inclusiveEnd: true };
    return this.entries.getRange(limit === undefined ? bounds : { ...bounds, limit });
  }

  private firstKey(lane: number): Uint8Array | undefined {
    const [key] = this.entries.getKeys({ start: laneKey(lane, 0), limit: 1 });
    return key;
  }

  private removeKeys(keys: readonly Buffer[]): Promise<void> {
    return this.environment.write(() => {
      for (const key of keys) this.entries.remove(key);
    });
  }

  private newLane(): number {
    return this.environment.transactSync(() => {
      const next = (this.meta.get(NEXT_LANE) as number | undefined) ?? FIRST_LANE;
      if (next > MAX_LANE) throw new RangeError('all lane numbers are used up');
      this.meta.put(NEXT_LANE, next + 1);
      return next;
    });
  }

  private createUuid(): string {
    return this.environment.transactSync(() => {
      const existing = this.meta.get(UUID) as string | undefined;
      if (existing !== undefined) return existing;
      const uuid = randomUUID();
      this.meta.put(UUID, uuid);
      return uuid;
    });
  }
}
