import { threadId } from 'node:worker_threads';

/** How far a thread is with a batch. */
export interface BatchProgress {
  /** Of the thread that has begun with it; 0 while none has. */
  readonly threadId: number;
  /** It is read and decided, and waits for the disk. */
  readonly isFlushing: boolean;
}

const THREAD = 0;
const FLUSHING = 1;
const FIELDS = 2;

/** Slots of batches, in memory that all threads see: a thread that hangs cannot be asked. */
export class ProgressBoard {
  readonly memory: SharedArrayBuffer;
  private readonly fields: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.fields = new Int32Array(memory);
  }

  static of(slots: number): ProgressBoard {
    return new ProgressBoard(new SharedArrayBuffer(slots * FIELDS * Int32Array.BYTES_PER_ELEMENT));
  }

  clear(slot: number): void {
    this.set(slot, THREAD, 0);
    this.set(slot, FLUSHING, 0);
  }

  /** Called by the thread that begins with the batch. */
  begin(slot: number): void {
    this.set(slot, THREAD, threadId);
  }

  /** Called by that thread when it is done with all but the disk. */
  flushing(slot: number): void {
    this.set(slot, FLUSHING, 1);
  }

  read(slot: number): BatchProgress {
    const field = (name: number): number => Atomics.load(this.fields, slot * FIELDS + name);
    return { threadId: field(THREAD), isFlushing: field(FLUSHING) === 1 };
  }

  private set(slot: number, field: number, value: number): void {
    Atomics.store(this.fields, slot * FIELDS + field, value);
  }
}
