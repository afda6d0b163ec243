/** A run of consecutive sequence numbers of one lane: exactly what a reader has read, and so all that it may delete. */
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

/** The spans that are about to be inserted, persisted before the insert so that a retry inserts the same rows under the same token. */
export interface SavedBatch {
  readonly spans: readonly Span[];
  /** Epoch ms. */
  readonly savedAt: number;
}

export interface ReadLimits {
  /** At most this many entries. */
  readonly entries: number;
  /** Stop once this many bytes are read; the first entry is always read. */
  readonly bytes: number;
}

export interface QueueDepth {
  readonly entries: number;
  /** Bytes of disk that the entries really hold: goes down as they are removed, though the file never shrinks. */
  readonly bytes: number;
  /** When the oldest chunk was written, epoch ms; undefined where the queue is empty. */
  readonly oldestWrittenAt: number | undefined;
}

/** A writer's own lane. Not shared between threads. */
export interface Lane {
  readonly number: number;
  /** Resolves once the chunk is on the disk. Rejects with CommitError, and then the chunk is not in the queue. Do not change the buffer before that. */
  append(chunk: Uint8Array): Promise<void>;
}

/** A durable queue of chunks: many writers with a lane each, one reader. */
export interface LaneQueue {
  /** Identity of this queue for deduplication tokens; made when the queue is created. */
  readonly uuid: string;
  /** Lanes that hold entries, ascending. */
  lanes(): number[];
  /** The next run of consecutive entries of a lane at or after `from`; empty where there is none. */
  read(lane: number, from: number, limits: ReadLimits): Entry[];
  /** Removes these spans, in write transactions of at most 500 entries. Repeating it does no harm. */
  remove(spans: readonly Span[]): Promise<void>;
  saveBatch(spans: readonly Span[]): Promise<SavedBatch>;
  savedBatch(): SavedBatch | undefined;
  clearBatch(): Promise<void>;
  /** Cheap: no entry is walked. */
  depth(): QueueDepth;
}
