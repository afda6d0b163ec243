import { CHUNK_HEADER_BYTES, writeChunkHeader } from './chunk.ts';

/** Bytes on their way into a chunk, with room for more. */
export abstract class ChunkWriter {
  /** Rows that the chunk stands for so far. */
  rows = 0;
  /** Where the next byte goes; whoever writes by himself moves it on. */
  used = CHUNK_HEADER_BYTES;
  /** Of the bytes that `roomFor` answered last. */
  view: DataView;
  private bytes: Buffer;

  /** Writes into `bytes`, and into larger ones where they do not suffice. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** Bytes of the chunk so far. */
  get size(): number {
    return this.used;
  }

  /** The chunk: a view on the bytes of this writer, which is not to be used any more. */
  finish(tableId: number, writtenAt: number): Buffer {
    writeChunkHeader(this.bytes, tableId, this.rows, writtenAt);
    return this.bytes.subarray(0, this.used);
  }

  /** What the chunk holds behind its header: a view, as with `finish`. */
  lines(): Buffer {
    return this.bytes.subarray(CHUNK_HEADER_BYTES, this.used);
  }

  /** The bytes, with room for so many `more` from `used` on. */
  roomFor(more: number): Buffer {
    const needed = this.used + more;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
      this.view = viewOf(larger);
    }
    return this.bytes;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
