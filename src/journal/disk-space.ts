import { statfsSync } from 'node:fs';

/** Space that writes leave free, bytes. */
export const DISK_RESERVE = 64 * 1024 * 1024;

const LOOK_EVERY_MS = 100;

/** Bytes that are free on the file system of `path`. Throws what the system says of a path that is gone. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/**
 * Free space on the disk of a directory, looked at no more than ten times a second. LMDB must not be allowed
 * to run into a full disk: it then writes beyond a buffer while it composes its error message, which ends the
 * process (lmdb 3.5, `mdb_page_flush`).
 */
export class DiskSpace {
  private readonly path: string;
  private readonly reserve: number;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private free = 0;

  constructor(path: string, reserve: number) {
    this.path = path;
    this.reserve = reserve;
  }

  /** Bytes that may still be written; negative when the reserve itself is being used up. */
  left(): number {
    const now = performance.now();
    if (now - this.lookedAt >= LOOK_EVERY_MS) {
      this.free = freeBytes(this.path);
      this.lookedAt = now;
    }
    return this.free - this.reserve;
  }
}
