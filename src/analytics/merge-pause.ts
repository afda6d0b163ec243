import { soonestFilled } from '../journal/disk-space.ts';
import type { Log } from '../telemetry/log.ts';
import { type DiskRoom, SHORT_BELOW } from './disk-room.ts';
import type { Engine } from './engine.ts';
import type { Chore } from './upkeep.ts';

/** They go on once so much is left, bytes: a disk at the limit must not start and stop them all the time. */
const RESUME_ABOVE = SHORT_BELOW + 32 * 1024 * 1024;

const LEAST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 1000;

export interface MergePauseOptions {
  readonly engine: Pick<Engine, 'command'>;
  readonly room: DiskRoom;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

/**
 * Ends running merges while the disk is short, where ClickHouse refuses inserts as well, and starts none
 * until there is room again: it commits a merged part even where the end of it could not be written.
 * `BrokenParts` mends those that slip through.
 */
export class MergePause implements Chore {
  readonly name = 'merges';
  private readonly options: MergePauseOptions;
  private paused = false;
  private wait = LEAST_WAIT_MS;
  /** When ClickHouse was last told, monotonic ms: a table that was attached since knows nothing of it. */
  private sentAt = 0;

  constructor(options: MergePauseOptions) {
    this.options = options;
  }

  /** How soon what is above the limit may be gone, ms. */
  get every(): number {
    return this.wait;
  }

  /**
   * Pauses or resumes merges as what is left demands. Throws EngineError, and what the system says of a disk
   * that is gone.
   */
  async run(): Promise<void> {
    const left = this.options.room.look();
    this.wait = Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, soonestFilled(left - SHORT_BELOW)));
    const paused = left < (this.paused ? RESUME_ABOVE : SHORT_BELOW);
    if (paused) await this.pause(left);
    else if (this.paused) await this.resume(left);
  }

  private async pause(left: number): Promise<void> {
    if (this.paused && performance.now() < this.sentAt + LONGEST_WAIT_MS) return;
    await this.options.engine.command('SYSTEM STOP MERGES', { ahead: true });
    this.sentAt = performance.now();
    if (!this.paused)
      this.options.log.warn({ left }, 'the disk of ClickHouse is nearly full, merges stand still');
    this.paused = true;
  }

  private async resume(left: number): Promise<void> {
    await this.options.engine.command('SYSTEM START MERGES', { ahead: true });
    this.options.log.info({ left }, 'there is room on the disk of ClickHouse again, merges go on');
    this.paused = false;
  }
}
