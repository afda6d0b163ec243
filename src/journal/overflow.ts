import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { metrics } from '../telemetry/metrics.ts';
import type { EntryName, Lane } from './lane.ts';
import type { LaneQueue } from './lane-queue.ts';
import { isOverflow, journalOf, OverflowLane } from './overflow-lane.ts';

const failures = metrics
  .counter(
    'farad_journal_overflow_failures_total',
    'Overflows that could not be made: the rows went into the journal itself.',
  )
  .with();

/** With so many bytes of entries in the journal what comes goes into an overflow, */
const BEGIN_ABOVE = 32 * 1024 * 1024;
/** and with no more than so many into the journal again. */
const END_BELOW = 8 * 1024 * 1024;

/**
 * An overflow with more bytes of entries is left for another one: it is deleted, and its disk free again, as
 * soon as it is drained.
 */
const FULL_ABOVE = 64 * 1024 * 1024;

const MEASURE_EVERY_MS = 100;

/** Where none can be made it is tried again after so long, ms. */
const TRY_AGAIN_MS = 10_000;

/** An overflow that nothing was appended to for so long is closed, ms. */
const UNUSED_MS = 5000;

export interface OverflowOptions {
  /** Directory of the journal. */
  readonly path: string;
  readonly diskReserve?: number | undefined;
  /** Bytes of entries in the journal. */
  readonly usedBytes: () => number;
  /** `BEGIN_ABOVE` by default. */
  readonly above?: number | undefined;
  /** `FULL_ABOVE` by default. */
  readonly fullAbove?: number | undefined;
}

/**
 * Where a thread's chunks go while the journal is far behind, so that the file of the journal stays small:
 * into an environment of this thread's own.
 */
export class Overflow {
  private readonly options: OverflowOptions;
  private lane: Promise<OverflowLane | undefined> | undefined;
  private present: OverflowLane | undefined;
  /** Those that are being closed. */
  private readonly left = new Set<Promise<void>>();
  /** Monotonic, ms. */
  private notBefore = Number.NEGATIVE_INFINITY;
  private measuredAt = Number.NEGATIVE_INFINITY;
  private wanted = false;
  private underWay = 0;
  private appendedAt = 0;
  private closing: NodeJS.Timeout | undefined;

  constructor(options: OverflowOptions) {
    this.options = options;
  }

  /** Whether chunks should go here now; measured at most ten times a second. */
  get isWanted(): boolean {
    const now = performance.now();
    if (now - this.measuredAt >= MEASURE_EVERY_MS) {
      this.measuredAt = now;
      const { usedBytes, above = BEGIN_ABOVE } = this.options;
      this.wanted = usedBytes() > (this.wanted ? Math.min(END_BELOW, above / 2) : above);
    }
    return this.wanted;
  }

  /**
   * Resolves with its name once the chunk is on the disk; with undefined where no overflow can be had, and
   * then it is not. Rejects with CommitError.
   */
  async append(chunk: Uint8Array): Promise<EntryName | undefined> {
    this.underWay++;
    try {
      for (;;) {
        if (!this.lane && performance.now() < this.notBefore) return undefined;
        this.lane ??= this.begin();
        const lane = await this.lane;
        if (!lane) return undefined;
        if (!lane.isOpen) continue; // left by another append a moment ago
        const entry = await lane.append(chunk);
        if (!entry || this.isFull(lane)) this.leave(lane);
        if (entry) return entry;
      }
    } finally {
      this.underWay--;
      this.appendedAt = performance.now();
      this.closeLater();
    }
  }

  private isFull({ queue, isOpen }: OverflowLane): boolean {
    return isOpen && queue.usedBytes() > (this.options.fullAbove ?? FULL_ABOVE);
  }

  /** Bytes of disk that overflows of this journal take; of those of other threads the whole files. */
  usedBytes(): number {
    const { path } = this.options;
    let bytes = this.present?.queue.usedBytes() ?? 0;
    for (const name of readdirSync(dirname(path))) {
      if (!isOverflow(name) || journalOf(name) !== basename(path)) continue;
      const file = join(dirname(path), name, 'data.mdb');
      if (file !== this.present?.queue.file) bytes += sizeOf(file);
    }
    return bytes;
  }

  /** Waits for the appends under way; none may follow. */
  async close(): Promise<void> {
    clearTimeout(this.closing);
    await this.lane;
    if (this.present) this.leave(this.present);
    await Promise.all(this.left);
  }

  /** Undefined where there is no room, or no file left to open: the journal itself may still do. */
  private async begin(): Promise<OverflowLane | undefined> {
    const { path, diskReserve } = this.options;
    try {
      this.present = await OverflowLane.begin(path, diskReserve);
    } catch {
      failures.inc();
      this.lane = undefined;
      this.notBefore = performance.now() + TRY_AGAIN_MS;
    }
    return this.present;
  }

  /** The next append goes on in another one. */
  private leave(lane: OverflowLane): void {
    if (this.present !== lane) return;
    this.present = undefined;
    this.lane = undefined;
    const closing = lane.close().finally(() => this.left.delete(closing));
    this.left.add(closing);
  }

  private closeLater(): void {
    this.closing ??= setTimeout(() => {
      this.closing = undefined;
      const { present } = this;
      if (!present) return;
      if (this.underWay > 0 || performance.now() - this.appendedAt < UNUSED_MS) this.closeLater();
      else this.leave(present);
    }, UNUSED_MS).unref();
  }
}

/** A lane of the journal, or of its overflow while one is wanted. */
export class OverflowingLane {
  readonly number: number;
  private readonly queue: string;
  private readonly lane: Lane;
  private readonly overflow: Overflow;

  /** `queue`: that of the journal. As `LaneQueue.openLane`. */
  constructor(queue: LaneQueue, overflow: Overflow) {
    this.queue = queue.uuid;
    this.lane = queue.openLane();
    this.number = this.lane.number;
    this.overflow = overflow;
  }

  /** As `Lane.append`; resolves with the name of the entry. */
  async append(chunk: Uint8Array): Promise<EntryName> {
    const overflowed = this.overflow.isWanted ? await this.overflow.append(chunk) : undefined;
    return overflowed ?? { queue: this.queue, ...(await this.lane.append(chunk)) };
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0; // it was drained and deleted
  }
}
