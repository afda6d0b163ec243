import { statfsSync } from 'node:fs';

/** Space that writes leave free, bytes. */
export const DISK_RESERVE = 64 * 1024 * 1024;

/** Longest between two looks, ms. */
const LOOK_EVERY_MS = 100;

/** As fast as anything fills a disk, bytes a millisecond. */
const FASTEST_FILL = 4 * 1024 * 1024;

/** Returns how soon a writer of 4 GiB/s could have used so many bytes up, ms. */
export function soonestFilled(bytes: number): number {
  return bytes / FASTEST_FILL;
}

/** Bytes that are free on the file system of `path`. Throws what the system says of a path that is gone. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/**
 * Free space on the disk of a directory, looked at again before a writer of 4 GiB/s could have used it up,
 * and at least ten times a second. LMDB must not be allowed to run into a full disk: it then writes beyond a
 * buffer while it composes its error message, which ends the process (lmdb 3.5, `mdb_page_flush`) or, worse,
 * damages what it has in memory.
 */
export class DiskSpace {
  private readonly reserve: number;
  private readonly look: () => number;
  private lookAgainAt = Number.NEGATIVE_INFINITY;
  private free = 0;

  constructor(path: string, reserve: number, look: () => number = () => freeBytes(path)) {
    this.reserve = reserve;
    this.look = look;
  }

  /** Bytes that may still be written; negative when the reserve itself is being used up. */
  left(): number {
    const now = performance.now();
    if (now >= this.lookAgainAt) {
      this.free = this.look();
      this.lookAgainAt = now + Math.min(LOOK_EVERY_MS, soonestFilled(this.free - this.reserve));
    }
    return this.free - this.reserve;
  }
}
