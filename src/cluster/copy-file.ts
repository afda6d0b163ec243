import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a copy is made of, in the order in which it is sent: folders of a data directory. */
export const COPIED = ['state', 'directory'] as const;

/** Version of how a copy is sent. */
export const COPY_FORMAT = 1;

/** What is sent before the files: their SHA-256 follows each of them. */
export interface CopyHeader {
  readonly format: number;
  /** Of the log that it is a copy of. */
  readonly identity: string;
  readonly node: string;
  /** Bytes of the file of each environment. */
  readonly sizes: Readonly<Record<(typeof COPIED)[number], number>>;
}

export const DIGEST = 'sha256';
export const DIGEST_BYTES = 32;

/**
 * Bytes that say how long the header is, and the most that it may have. A length of 0 stands for none: the
 * files are still being made.
 */
export const LENGTH_BYTES = 4;
export const MAX_HEADER_BYTES = 64 * 1024;

/**
 * The token is the key of the connection itself: whoever does not have it gets no further than the handshake.
 * The key exchange keeps what was sent secret even from those who learn the token later.
 */
export const TLS_OPTIONS = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
} as const;

/** Without a byte for so long a connection is given up, ms. */
export const IDLE_MS = 30_000;

/** So often within that time it is said that the files are still being made. */
export const SIGNS_OF_LIFE = 6;

/** Where copies lie while they are given or taken. */
export function copiesFolder(dataDir: string, which: 'given' | 'taken'): string {
  return join(dataDir, 'copies', which);
}

/** Removes what a process has left that was ended in the middle of a copy. */
export function removeCopies(dataDir: string): void {
  rmSync(join(dataDir, 'copies'), { recursive: true, force: true });
}

/** The file of an environment in a data directory or a copy. */
export function fileOf(folder: string, environment: string): string {
  return join(folder, environment, 'data.mdb');
}

export function bytesOf(file: string): number {
  return statSync(file).size;
}
