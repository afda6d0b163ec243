/** A frame that was kept for later. */
export interface WaitingFrame {
  readonly bytes: Buffer;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** Monotonic, ms. */
  readonly startedAt: number;
}

/** Length (4 bytes), receivedAt and startedAt (8 each) in front of each frame. */
const HEAD_BYTES = 20;

/** Chunks double up to this size; a larger one is made for a larger frame only. */
const CHUNK_BYTES = 64 * 1024;

interface Chunk {
  readonly memory: Buffer;
  written: number;
  read: number;
}

/**
 * Frames of one charge point that are taken later, in the order in which they came. They are copied into
 * chunks of their own, one behind the other and without an object for each, so that `bytes` is the memory
 * that they really hold.
 */
export class WaitingFrames {
  /** Frames. */
  count = 0;
  /** Memory of the chunks. */
  bytes = 0;
  private readonly chunks: Chunk[] = [];

  /** Returns by how much `bytes` would rise with a frame of this length. */
  growth(length: number): number {
    const needed = HEAD_BYTES + length;
    const last = this.chunks.at(-1);
    if (last === undefined) return needed;
    if (last.memory.length - last.written >= needed) return 0;
    return Math.max(needed, Math.min(CHUNK_BYTES, 2 * last.memory.length));
  }

  /** Keeps a copy of the frame. */
  push(frame: Buffer, receivedAt: number, startedAt: number): void {
    const growth = this.growth(frame.length);
    if (growth > 0) {
      // Not from Node's pool: a small frame would hold on to a whole slab of it.
      this.chunks.push({ memory: Buffer.allocUnsafeSlow(growth), written: 0, read: 0 });
      this.bytes += growth;
    }
    const chunk = this.chunks.at(-1) as Chunk;
    const { memory, written } = chunk;
    memory.writeUInt32LE(frame.length, written);
    memory.writeDoubleLE(receivedAt, written + 4);
    memory.writeDoubleLE(startedAt, written + 12);
    frame.copy(memory, written + HEAD_BYTES);
    chunk.written = written + HEAD_BYTES + frame.length;
    this.count++;
  }

  /** Returns the oldest frame, which does not wait any more; undefined where none does. */
  shift(): WaitingFrame | undefined {
    const chunk = this.chunks[0];
    if (chunk === undefined) return undefined;
    const { memory, read } = chunk;
    const start = read + HEAD_BYTES;
    const end = start + memory.readUInt32LE(read);
    chunk.read = end;
    this.count--;
    if (end === chunk.written) {
      this.chunks.shift();
      this.bytes -= memory.length;
    }
    return {
      bytes: memory.subarray(start, end),
      receivedAt: memory.readDoubleLE(read + 4),
      startedAt: memory.readDoubleLE(read + 12),
    };
  }
}
