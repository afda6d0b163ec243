import type { FrameContext } from '../workers/frame-batch.ts';
import type { Session } from './session.ts';

/** A frame on its way through the frame workers. */
export interface InboxFrame {
  readonly session: Session;
  readonly messageId: string;
  readonly action: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** Monotonic, ms. */
  readonly startedAt: number;
  readonly offset: number;
  readonly length: number;
}

/** Room for some frames of usual size; a batch that needs more grows. */
const FIRST_BYTES = 64 * 1024;

/** Buffers up to this size are used again. */
const KEPT_BYTES = 1024 * 1024;

/** Frames that go to a worker together, one after the other in one buffer that the worker sees, too. */
export class FrameBatch {
  readonly frames: InboxFrame[] = [];
  /** Seconds that it has been waiting as a suspect. */
  ticks = 0;
  memory: SharedArrayBuffer;
  private bytes: Buffer;
  private used = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.bytes = Buffer.from(memory);
  }

  add(
    session: Session,
    messageId: string,
    action: string,
    bytes: Uint8Array,
    receivedAt: number,
    startedAt: number,
  ): void {
    const offset = this.used;
    this.makeRoom(offset + bytes.length);
    this.bytes.set(bytes, offset);
    this.used = offset + bytes.length;
    this.frames.push({ session, messageId, action, receivedAt, startedAt, offset, length: bytes.length });
  }

  bytesOf({ offset, length }: InboxFrame): Buffer {
    return this.bytes.subarray(offset, offset + length);
  }

  /** What a worker has to know about each frame, as it is at this moment. */
  contexts(): FrameContext[] {
    return this.frames.map(({ session, receivedAt, offset, length }) => {
      const { id, strict, openTransactions } = session.chargePoint;
      const { version } = session.dialect;
      return { offset, length, chargePointId: id, version, receivedAt, strict, openTransactions };
    });
  }

  /** Each frame as a batch of its own. */
  split(): FrameBatch[] {
    return this.frames.map((frame) => {
      const { session, messageId, action, receivedAt, startedAt } = frame;
      const alone = new FrameBatch(new SharedArrayBuffer(frame.length));
      alone.add(session, messageId, action, this.bytesOf(frame), receivedAt, startedAt);
      return alone;
    });
  }

  private makeRoom(needed: number): void {
    if (needed <= this.bytes.length) return;
    this.memory = new SharedArrayBuffer(Math.max(needed, this.bytes.length * 2));
    const larger = Buffer.from(this.memory);
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}

/** Makes batches, with the buffers of those that are done. */
export class BatchPool {
  private readonly free: SharedArrayBuffer[] = [];
  private readonly most: number;

  /** Keeps at most `most` buffers. */
  constructor(most: number) {
    this.most = most;
  }

  take(): FrameBatch {
    return new FrameBatch(this.free.pop() ?? new SharedArrayBuffer(FIRST_BYTES));
  }

  /** The batch and views of its bytes must not be used any more. */
  giveBack(batch: FrameBatch): void {
    const { memory } = batch;
    const isWorthIt = memory.byteLength >= FIRST_BYTES && memory.byteLength <= KEPT_BYTES;
    if (isWorthIt && this.free.length < this.most) this.free.push(memory);
  }
}
