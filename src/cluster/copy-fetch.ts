import { createHash, type Hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { DISK_RESERVE, freeBytes } from '../journal/disk-space.ts';
import type { CopyOffer } from '../link/methods.ts';
import {
  COPIED,
  COPY_FORMAT,
  type CopyHeader,
  DIGEST,
  DIGEST_BYTES,
  fileOf,
  IDLE_MS,
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  TLS_OPTIONS,
} from './copy-file.ts';

const CONNECTED_WITHIN_MS = 10_000;

/** The copy takes its size once more while it is installed. */
const TIMES_ON_DISK = 2;

/** How far it is, bytes. */
export interface CopyProgress {
  readonly received: number;
  readonly total: number;
}

export interface CopyFetchOptions {
  readonly offer: Extract<CopyOffer, { ok: true }>;
  /** An empty folder for it. */
  readonly folder: string;
  /** Of the log that it must be a copy of. */
  readonly identity: string;
  readonly onProgress: (progress: CopyProgress) => void;
  readonly signal: AbortSignal;
  readonly idleMs?: number;
}

/** Fetches a copy into a folder. Rejects, with the reason, for one that is not whole or not of this log. */
export async function fetchCopy(options: CopyFetchOptions): Promise<void> {
  const { offer, folder, identity, onProgress, signal, idleMs = IDLE_MS } = options;
  const socket = connect({
    ...TLS_OPTIONS,
    host: offer.host,
    port: offer.port,
    pskCallback: () => ({ identity: offer.id, psk: offer.token }),
    // Who has the key is the node that made the offer.
    checkServerIdentity: () => undefined,
  });
  const giveUp = (): void => void socket.destroy(new Error('it is stopped'));
  signal.addEventListener('abort', giveUp);
  const overdue = setTimeout(() => socket.destroy(new Error('it does not answer')), CONNECTED_WITHIN_MS);
  socket.once('secureConnect', () => clearTimeout(overdue));
  socket.setTimeout(idleMs, () => socket.destroy(new Error('nothing comes any more')));
  try {
    const bytes = new Incoming(socket);
    let length = 0;
    while (length === 0) length = (await bytes.take(LENGTH_BYTES)).readUInt32BE();
    const header = readHeader(await bytes.take(length));
    if (header.identity !== identity) throw new Error(`it is a copy of the log ${header.identity}`);
    const total = COPIED.reduce((sum, name) => sum + header.sizes[name], 0);
    requireSpace(folder, total);
    let received = 0;
    for (const name of COPIED) {
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
      const digest = await bytes.write(fileOf(folder, name), header.sizes[name], (count) => {
        received += count;
        onProgress({ received, total });
      });
      if (!digest.equals(await bytes.take(DIGEST_BYTES))) throw new Error(`${name} was damaged on its way`);
    }
  } finally {
    clearTimeout(overdue);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}

function readHeader(bytes: Buffer): CopyHeader {
  const header = JSON.parse(bytes.toString()) as Partial<CopyHeader>;
  if (header.format !== COPY_FORMAT) throw new Error(`it is sent in format ${header.format}`);
  const { sizes } = header;
  if (!COPIED.every((name) => Number.isSafeInteger(sizes?.[name]) && (sizes?.[name] ?? 0) > 0))
    throw new Error('it does not say what it is made of');
  return header as CopyHeader;
}

function requireSpace(folder: string, total: number): void {
  const needed = TIMES_ON_DISK * total + DISK_RESERVE;
  const free = freeBytes(folder);
  if (free < needed) throw new Error(`this disk has ${free} bytes left, and the copy needs ${needed}`);
}

/** What comes out of a socket, in pieces of the lengths that are asked for. */
class Incoming {
  private readonly chunks: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);

  constructor(socket: TLSSocket) {
    this.chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** So many bytes, of which there are few. */
  async take(length: number): Promise<Buffer> {
    if (length > MAX_HEADER_BYTES) throw new Error(`a piece of ${length} bytes is not a header`);
    while (this.held.length < length) this.held = Buffer.concat([this.held, await this.next()]);
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  /** Writes so many bytes to a new file; resolves with their digest. */
  async write(path: string, length: number, onBytes: (count: number) => void): Promise<Buffer> {
    const digest = createHash(DIGEST);
    const file = await open(path, 'wx', 0o600);
    try {
      for (let left = length; left > 0; ) {
        const chunk = this.held.length > 0 ? this.held : await this.next();
        const part = chunk.subarray(0, left);
        this.held = chunk.subarray(part.length);
        await writeAll(file, part, digest);
        left -= part.length;
        onBytes(part.length);
      }
    } finally {
      await file.close();
    }
    return digest.digest();
  }

  private async next(): Promise<Buffer> {
    const { done, value } = await this.chunks.next();
    if (done) throw new Error('it ended too early');
    return value;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, digest: Hash): Promise<void> {
  digest.update(bytes);
  for (let written = 0; written < bytes.length; )
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
}
