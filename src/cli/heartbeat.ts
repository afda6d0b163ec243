import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { Health } from '../link/methods.ts';
import { mainThreadCpuSeconds, mainThreadState } from '../telemetry/process-metrics.ts';
import type { Cause, Watched } from '../telemetry/watchman.ts';

/** A process whose event loop is watched. */
export interface Beating {
  readonly name: string;
  /** Charge points need it. */
  readonly isEdge: boolean;
  /** Undefined while it does not do its work. */
  pid(): number | undefined;
  /** Ends it now, so that it is started again. */
  end(reason: string): void;
}

export interface HeartbeatOptions {
  readonly processes: readonly Beating[];
  readonly link: Pick<Link, 'call'>;
  /** Monotonic, ms. */
  readonly clock?: () => number;
  /** What the operating system says of a main thread; undefined where it does not. */
  readonly look?: (pid: number) => ThreadLook | undefined;
}

export interface ThreadLook {
  /** One letter, as in /proc/PID/stat. */
  readonly state: string;
  readonly cpuSeconds: number;
}

/** An unanswered question is put anew after this time, ms. */
const ASK_AGAIN_MS = 60_000;

/**
 * Processor time of its main thread without an answer that proves that its event loop is blocked, not merely
 * short of turns; seconds.
 */
const BLOCKED_CPU_SECONDS = 10;

/** Looks in a row that must find a silent main thread asleep before it counts as caught in a lock. */
const ASLEEP_LOOKS = 15;

/** After others: a process that does not answer may only wait for another one. */
const EDGE_CURE_AFTER_MS = 25_000;

/** What a process may be cured of by a new start has stood for long when it says so, ms. */
const ASKED_FOR_MS = 5_000;

/**
 * The heartbeats of the processes: a question to each, once a second, that takes one turn of its event loop.
 * Who does not answer is judged by what its main thread does: one that is stopped, or short of processor
 * time, or waits for the disk, has its cause outside.
 */
export class Heartbeats {
  private readonly pulses: readonly Pulse[];

  constructor({
    processes,
    link,
    clock = () => performance.now(),
    look = lookAtMainThread,
  }: HeartbeatOptions) {
    this.pulses = processes.map((process) => new Pulse(process, { link, clock, look }));
  }

  /** To be called once a second. */
  tick(): void {
    for (const pulse of this.pulses) pulse.tick();
  }

  /** What the watchman has to look after. */
  watched(): Watched[] {
    return this.pulses.flatMap((pulse) => pulse.watched(() => this.stopped()));
  }

  /** Name of a process that is stopped: others may wait for what it holds. */
  private stopped(): string | undefined {
    return this.pulses.find(({ isStopped }) => isStopped)?.process.name;
  }
}

class Pulse {
  readonly process: Beating;
  isStopped = false;
  private readonly deps: Required<Pick<HeartbeatOptions, 'link' | 'clock' | 'look'>>;
  private pid: number | undefined;
  /** The life of the process that has still to answer. */
  private asked: number | undefined;
  /**
   * When the oldest unanswered question was put, or the process went on after it was stopped, monotonic ms.
   */
  private silentSince: number | undefined;
  private cpuBefore: number | undefined;
  private cpu = 0;
  private state = '';
  private looksAsleep = 0;
  private restartFor: string | undefined;
  private restartSince: number | undefined;

  constructor(process: Beating, deps: Pulse['deps']) {
    this.process = process;
    this.deps = deps;
  }

  tick(): void {
    const { clock, look } = this.deps;
    const pid = this.process.pid();
    if (pid !== this.pid) {
      this.heard(undefined);
      this.pid = pid;
    }
    if (pid === undefined) return;
    const seen = look(pid);
    const wasStopped = this.isStopped;
    this.isStopped = seen?.state === 'T' || seen?.state === 't';
    if (wasStopped && !this.isStopped && this.silentSince !== undefined) this.beginSilence(clock());
    if (seen) {
      this.state = seen.state;
      this.cpuBefore ??= seen.cpuSeconds;
      this.cpu = seen.cpuSeconds - this.cpuBefore;
      this.looksAsleep = seen.state === 'S' ? this.looksAsleep + 1 : 0;
    }
    if (this.asked !== pid) void this.ask(pid);
  }

  watched(stopped: () => string | undefined): Watched[] {
    const { name, isEdge } = this.process;
    const serves = isEdge ? 'charge-points' : 'operators';
    return [
      {
        name: `event loop of ${name}`,
        serves,
        waitingSince: () => this.silentSince,
        cause: () => this.cause(stopped()),
        cure: {
          what: `${name} is ended and started again`,
          run: () => this.process.end('its event loop did not answer any more'),
        },
        ...(isEdge && { cureAfter: EDGE_CURE_AFTER_MS }),
      },
      {
        name: `work in ${name}`,
        serves,
        limit: ASKED_FOR_MS,
        cureAfter: ASKED_FOR_MS,
        waitingSince: () => this.restartSince,
        cause: () => {
          const other = stopped();
          if (other !== undefined) return { text: `${other} is stopped`, outside: true };
          return { text: `${this.restartFor} stands still`, outside: false };
        },
        cure: {
          what: `${name} is ended and started again`,
          run: () => this.process.end(`${this.restartFor} stood still`),
        },
      },
    ];
  }

  private async ask(pid: number): Promise<void> {
    const { link, clock } = this.deps;
    this.asked = pid;
    if (this.silentSince === undefined) this.beginSilence(clock());
    let health: Health | undefined;
    try {
      health = await link.call(this.process.name, 'health.read', {}, { deadlineMs: ASK_AGAIN_MS });
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      // Whatever else there is instead of an answer does not concern its event loop.
      if (error.code === 'timeout') return;
    } finally {
      if (this.asked === pid) this.asked = undefined;
    }
    if (pid === this.pid) this.heard(health);
  }

  private beginSilence(now: number): void {
    this.silentSince = now;
    this.cpuBefore = undefined;
    this.cpu = 0;
    this.looksAsleep = 0;
  }

  private heard(health: Health | undefined): void {
    this.silentSince = undefined;
    this.restartFor = health?.restartFor;
    if (this.restartFor === undefined) this.restartSince = undefined;
    else this.restartSince ??= this.deps.clock();
  }

  private cause(stopped: string | undefined): Cause {
    if (this.isStopped) return { text: 'it is stopped, by SIGSTOP or a debugger', outside: true };
    if (stopped !== undefined) return { text: `${stopped} is stopped`, outside: true };
    if (this.state === 'D') return { text: 'it waits for the disk', outside: true };
    if (this.cpu >= BLOCKED_CPU_SECONDS || this.looksAsleep >= ASLEEP_LOOKS)
      return { text: 'its event loop is blocked', outside: false };
    return { text: 'it does not answer; it may be short of processor time', outside: true };
  }
}

function lookAtMainThread(pid: number): ThreadLook | undefined {
  const state = mainThreadState(pid);
  const cpuSeconds = mainThreadCpuSeconds(pid);
  return state === undefined || cpuSeconds === undefined ? undefined : { state, cpuSeconds };
}
