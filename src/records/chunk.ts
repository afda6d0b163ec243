/**
 * The unit that the journal and the outbox hold: some rows of one table, ready to insert. Layout: table id
 * (u8), row count (u32 LE), time of writing in epoch ms (f64 LE), then the rows as UTF-8 JSONCompactEachRow
 * lines, each ended by a line feed.
 */
export const CHUNK_HEADER_BYTES = 13;

export interface Chunk {
  readonly tableId: number;
  readonly rows: number;
  /** When the chunk was written, epoch milliseconds: the age of a queue is the age of its oldest chunk. */
  readonly writtenAt: number;
  readonly lines: Buffer;
}

/** Packs `lines` (each ended by a line feed) into a chunk. */
export function packChunk(tableId: number, rows: number, writtenAt: number, lines: string): Buffer {
  const size = Buffer.byteLength(lines);
  const chunk = Buffer.allocUnsafe(CHUNK_HEADER_BYTES + size);
  writeChunkHeader(chunk, tableId, rows, writtenAt);
  chunk.write(lines, CHUNK_HEADER_BYTES, size, 'utf8');
  return chunk;
}

/** Writes the header of a chunk to the beginning of `chunk`. */
export function writeChunkHeader(chunk: Buffer, tableId: number, rows: number, writtenAt: number): void {
  chunk.writeUInt8(tableId, 0);
  chunk.writeUInt32LE(rows, 1);
  chunk.writeDoubleLE(writtenAt, 5);
}

/**
 * Reads a chunk; `lines` is a view on `bytes`, so copy it if it must outlive them. Throws RangeError on a
 * short buffer.
 */
export function unpackChunk(bytes: Buffer): Chunk {
  return {
    tableId: bytes.readUInt8(0),
    rows: bytes.readUInt32LE(1),
    writtenAt: bytes.readDoubleLE(5),
    lines: bytes.subarray(CHUNK_HEADER_BYTES),
  };
}
