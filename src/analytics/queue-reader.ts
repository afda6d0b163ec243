import type { Entry, LaneQueue } from '../journal/lane-queue.ts';
import { type Chunk, unpackChunk } from '../records/chunk.ts';

/** Called with each chunk once, when it is first read. */
export type ChunkListener = (chunk: Chunk) => void;

export interface ReaderLimits {
  /** Bytes of entries that are kept until they are taken. */
  readonly buffer: number;
  /** Bytes read at a time, so that the event loop gets its turn. */
  readonly read: number;
}

interface Kept {
  readonly entry: Entry;
  readonly rows: number;
}

const ENTRIES_PER_READ = 2000;

/**
 * Reads the lanes of a queue once, ahead of what is inserted. While the engine is away the buffer fills up;
 * then it reads on for the listener only and later reads the same entries again for the engine.
 */
export class QueueReader {
  private readonly queue: LaneQueue;
  private readonly limits: ReaderLimits;
  private readonly listener: ChunkListener;
  /** Per lane: the next entry for the buffer, and the next one that the listener does not know. */
  private readonly next = new Map<number, number>();
  private readonly nextUnheard = new Map<number, number>();
  private kept: Kept[] = [];
  private bytes = 0;
  private rows = 0;
  /** When the oldest entry in the buffer was read; undefined while it is empty. */
  private since: number | undefined;

  constructor(queue: LaneQueue, limits: ReaderLimits, listener: ChunkListener) {
    this.queue = queue;
    this.limits = limits;
    this.listener = listener;
  }

  get rowsWaiting(): number {
    return this.rows;
  }

  get bytesWaiting(): number {
    return this.bytes;
  }

  /** How long the oldest entry in the buffer has been there, ms. */
  get waitingMs(): number {
    return this.since === undefined ? 0 : performance.now() - this.since;
  }

  /**
   * When the oldest entry in the buffer was read, or the last one before it taken, monotonic ms; undefined
   * while it is empty.
   */
  get waitingSince(): number | undefined {
    return this.since;
  }

  /** Reads what is new, a bounded amount; returns whether there was anything. */
  advance(): boolean {
    const lanes = this.queue.lanes();
    let room = this.limits.read;
    for (const lane of lanes) {
      while (room > 0 && this.bytes < this.limits.buffer) {
        const entries = this.read(lane, this.next.get(lane) ?? 0, room);
        if (entries.length === 0) break;
        for (const entry of entries) {
          room -= entry.chunk.length;
          this.keep(entry);
        }
      }
      if (this.bytes >= this.limits.buffer) room = this.listen(lane, room);
    }
    this.forget(lanes);
    return room < this.limits.read;
  }

  /**
   * Takes entries out of the buffer in the order in which they were read, up to `rows` and `bytes`, but one
   * at least if there is one.
   */
  take(limits: { readonly rows: number; readonly bytes: number }): Entry[] {
    let rows = 0;
    let bytes = 0;
    let count = 0;
    for (const { entry, rows: more } of this.kept) {
      if (count > 0 && (rows + more > limits.rows || bytes + entry.chunk.length > limits.bytes)) break;
      rows += more;
      bytes += entry.chunk.length;
      count++;
    }
    const taken = this.kept.slice(0, count).map(({ entry }) => entry);
    this.kept = this.kept.slice(count);
    this.rows -= rows;
    this.bytes -= bytes;
    this.since = this.kept.length > 0 ? performance.now() : undefined;
    return taken;
  }

  /** Leaves out what is inserted by other means: the batch that was saved before a crash. */
  skip(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.next.set(entry.lane, entry.seq + 1);
      this.hear(entry);
    }
  }

  private keep(entry: Entry): void {
    const chunk = this.hear(entry);
    this.next.set(entry.lane, entry.seq + 1);
    this.kept.push({ entry, rows: chunk?.rows ?? 1 });
    this.rows += chunk?.rows ?? 1;
    this.bytes += entry.chunk.length;
    this.since ??= performance.now();
  }

  /** Reads ahead of the full buffer for the listener alone. */
  private listen(lane: number, room: number): number {
    let left = room;
    while (left > 0) {
      const from = Math.max(this.next.get(lane) ?? 0, this.nextUnheard.get(lane) ?? 0);
      const entries = this.read(lane, from, left);
      if (entries.length === 0) break;
      for (const entry of entries) {
        left -= entry.chunk.length;
        this.hear(entry);
      }
    }
    return left;
  }

  private hear(entry: Entry): Chunk | undefined {
    const chunk = readable(entry.chunk);
    if (entry.seq >= (this.nextUnheard.get(entry.lane) ?? 0)) {
      this.nextUnheard.set(entry.lane, entry.seq + 1);
      if (chunk) this.listener(chunk);
    }
    return chunk;
  }

  private read(lane: number, from: number, bytes: number): Entry[] {
    return this.queue.read(lane, from, { entries: ENTRIES_PER_READ, bytes });
  }

  /** A lane without entries is drained; should its writer go on, its first entry is the next one. */
  private forget(lanes: readonly number[]): void {
    const present = new Set(lanes);
    for (const lane of [...this.next.keys(), ...this.nextUnheard.keys()]) {
      if (present.has(lane)) continue;
      this.next.delete(lane);
      this.nextUnheard.delete(lane);
    }
  }
}

function readable(bytes: Buffer): Chunk | undefined {
  try {
    return unpackChunk(bytes);
  } catch {
    return undefined; // the batch that it becomes part of will reject it
  }
}
