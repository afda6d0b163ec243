/** With less than this left, bytes, ClickHouse refuses inserts (`min_free_disk_bytes_to_perform_insert`). */
export const SHORT_BELOW = 512 * 1024 * 1024;

/** How much is left of the disk that holds the tables, and when it was last short. */
export class DiskRoom {
  private readonly free: () => number;
  /** Monotonic, ms. */
  private shortAt = Number.NEGATIVE_INFINITY;

  /** `free` returns the bytes that are left. */
  constructor(free: () => number) {
    this.free = free;
  }

  /** Returns the bytes that are left. Throws what `free` throws. */
  look(): number {
    const left = this.free();
    if (left < SHORT_BELOW) this.shortAt = performance.now();
    return left;
  }

  /**
   * Whether the disk is short or was seen to be since a monotonic time, ms. `MergePause` looks often enough
   * that no full disk goes unseen.
   */
  wasShortSince(since: number): boolean {
    this.look();
    return this.shortAt >= since;
  }
}
