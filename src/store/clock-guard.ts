import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { writeDurably } from './write-durably.ts';

/** What the machine says at one moment. */
export interface ClockReading {
  /** Epoch ms. */
  readonly wall: number;
  /** How long the machine runs, ms; goes on whatever is done to its clock. */
  readonly uptime: number;
  /** Which run of the machine this is; empty where the system does not say. */
  readonly boot: string;
}

const DAY_MS = 86_400_000;

/**
 * How much the clock may gain or lose within one run of the machine: a virtual machine may have been held, a
 * clock may have been set by hand, ms.
 */
const WITHIN_ONE_RUN_MS = DAY_MS;

/** How long a machine may be off, ms: nothing but its clock says how long it was. */
const BETWEEN_RUNS_MS = 7 * DAY_MS;

const FILE = 'last-seen';

/**
 * Doubts a clock that has jumped, so that nothing is deleted by its word. Compares the clock with
 * `<dataDir>/last-seen`, which one process writes (the supervisor) while the clock is not doubted: so every
 * process comes to the same judgement, also after a restart, and a clock that is set right again is trusted
 * again.
 */
export class ClockGuard {
  private readonly file: string;
  private readonly read: () => ClockReading;

  constructor(dataDir: string, read: () => ClockReading = readClock) {
    this.file = join(dataDir, FILE);
    this.read = read;
  }

  /** The time by which data may be deleted, epoch ms; undefined while the clock is doubted. */
  trustedNow(): number | undefined {
    const now = this.read();
    return this.doubtOf(now) === undefined ? now.wall : undefined;
  }

  /** Why the clock is not believed, in one sentence; undefined where it is. */
  doubt(): string | undefined {
    return this.doubtOf(this.read());
  }

  /** Returns why the clock is doubted; where it is not, notes that it was seen. For one process at a time. */
  look(): string | undefined {
    const now = this.read();
    const doubt = this.doubtOf(now);
    if (doubt === undefined) this.write(now);
    return doubt;
  }

  /** Takes the clock for right from now on, which is an operator's word. Returns the doubt that this ends. */
  adopt(): string | undefined {
    const now = this.read();
    const doubt = this.doubtOf(now);
    this.write(now);
    return doubt;
  }

  private doubtOf(now: ClockReading): string | undefined {
    const seen = this.lastSeen();
    if (seen === undefined) return undefined;
    if (seen === 'damaged')
      return `${this.file} cannot be read or is damaged, so nothing says whether the clock is right`;
    const passed = now.wall - seen.wall;
    const sameRun = now.boot !== '' && now.boot === seen.boot && now.uptime >= seen.uptime;
    const expected = sameRun ? now.uptime - seen.uptime : 0;
    const [least, most] = sameRun
      ? [expected - WITHIN_ONE_RUN_MS, expected + WITHIN_ONE_RUN_MS]
      : [-WITHIN_ONE_RUN_MS, BETWEEN_RUNS_MS];
    if (passed >= least && passed <= most) return undefined;
    const from = `the clock says ${textOf(now.wall)} and Farad last saw ${textOf(seen.wall)}`;
    return sameRun ? `${from}, ${Math.round(expected / 1000)} s before` : from;
  }

  private lastSeen(): ClockReading | 'damaged' | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      // What cannot be read says as little as what is damaged.
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'damaged';
    }
    const [, wall, running, boot = ''] = /^(\d{1,16}) (\d{1,16}) ([\w-]*)\n$/.exec(text) ?? [];
    if (wall === undefined) return 'damaged';
    return { wall: Number(wall), uptime: Number(running), boot };
  }

  private write({ wall, uptime, boot }: ClockReading): void {
    writeDurably(this.file, `${Math.max(0, Math.round(wall))} ${Math.round(uptime)} ${boot}\n`);
  }
}

/** Reads the clock of this machine. */
export function readClock(): ClockReading {
  return { wall: Date.now(), uptime: uptime() * 1000, boot: bootId() };
}

let knownBoot: string | undefined;

function bootId(): string {
  knownBoot ??= readBootId();
  return knownBoot;
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // only Linux has one, and not every container shows it
  }
}

function textOf(wall: number): string {
  const at = new Date(wall);
  return Number.isNaN(at.getTime()) ? `${wall} ms` : at.toISOString();
}
