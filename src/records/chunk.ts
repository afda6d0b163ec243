/**
 * The unit that the journal and the outbox hold: some rows of one table, ready to insert.
 * Layout: table id (u8), row count (u32 LE), time of writing in epoch ms (f64 LE), then the rows as UTF-8 JSONCompactEachRow
 * lines, each ended by a line feed.
 */
const HEADER_BYTES = 13;

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
  const chunk = Buffer.allocUnsafe(HEADER_BYTES + size);
  chunk.writeUInt8(tableId, 0);
  chunk.writeUInt32LE(rows, 1);
  chunk.writeDoubleLE(writtenAt, 5);
  chunk.write(lines, HEADER_BYTES, size, 'utf8');
  return chunk;
}

/** Reads a chunk; `lines` is a view on `bytes`, so copy it if it must outlive them. Throws RangeError on a short buffer. */
export function unpackChunk(bytes: Buffer): Chunk {
  return {
    tableId: bytes.readUInt8(0),
    rows: bytes.readUInt32LE(1),
    writtenAt: bytes.readDoubleLE(5),
    lines: bytes.subarray(HEADER_BYTES),
  };
}
