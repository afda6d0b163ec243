import { type FSWatcher, watch } from 'node:fs';

export interface QueueLooksOptions {
  /** File that is written to whenever something comes. */
  readonly file: string;
  /** Between two looks while something comes, ms. */
  readonly everyMs: number;
  /** Looks once, and returns whether there is anything, so that it is worth looking again soon. */
  readonly look: () => boolean;
}

/** So many looks in a row that find nothing, and the file is watched instead. */
const LOOKS_BEFORE_QUIET = 20;

/**
 * Looks after a write, before the file is watched again: what is written can be read a little later, once it
 * is on the disk.
 */
const LOOKS_AFTER_WRITE = 3;

/** As often it is looked all the same, ms: not every file system tells of each write. */
const QUIET_LOOK_EVERY_MS = 1000;

/**
 * Looks at a queue again and again while something comes; while nothing does, it waits until its file is
 * written to, and looks at once.
 */
export class QueueLooks {
  private readonly options: QueueLooksOptions;
  private timer: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;
  private looksLeft = LOOKS_BEFORE_QUIET;

  constructor(options: QueueLooksOptions) {
    this.options = options;
    this.lookIn(options.everyMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.endWatch();
    this.looksLeft = Number.POSITIVE_INFINITY;
  }

  private lookIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.turn(), ms);
  }

  private turn(): void {
    // A write between the look and the watch would be missed, so the watch comes first.
    if (this.looksLeft <= 1) this.beginWatch();
    if (this.options.look()) {
      this.looksLeft = LOOKS_BEFORE_QUIET;
      this.endWatch();
    } else if (this.looksLeft > 0) this.looksLeft--;
    this.lookIn(this.watcher ? QUIET_LOOK_EVERY_MS : this.options.everyMs);
  }

  private beginWatch(): void {
    if (this.watcher) return;
    try {
      this.watcher = watch(this.options.file, { persistent: false }, () => this.written());
      this.watcher.on('error', () => this.written());
    } catch {
      // The system has no watch left to give: it is looked as if something came.
    }
  }

  private endWatch(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  private written(): void {
    if (!this.watcher) return;
    this.endWatch();
    this.looksLeft = LOOKS_AFTER_WRITE;
    this.lookIn(0);
  }
}
