import { Random } from '../src/simulator/random.ts';
import type { FakeClock } from './fake-clock.ts';
import type { FullDisk } from './full-disk.ts';
import type { OwnGateway } from './gateway.ts';
import type { ChaosEvent } from './measurements.ts';
import { Strikes } from './strikes.ts';

/** After an edge is back, charge points still find their way to it for this long. */
export const AFTERMATH_MS = 10_000;

/** How long a process is stopped or the disk stays full, ms. */
const SHORTEST_MS = 500;
const LONGEST_MS = 6_000;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * How far a clock may jump, ms. Back by less than a day: times that a charge point tells are not believed
 * where they lie farther ahead.
 */
const JUMPS_MS = [-20 * 60 * MINUTE_MS, -90 * MINUTE_MS, -MINUTE_MS, MINUTE_MS, 3 * DAY_MS, 3 * 365 * DAY_MS];

/**
 * What is done to a gateway: SIGKILL, SIGSTOP until SIGCONT, a data directory that is full, or a clock that
 * is wrong.
 */
export type Disturbance = 'kill' | 'pause' | 'disk' | 'clock';

export interface ChaosOptions {
  /** Killed all at a time, every `everyMs`. */
  readonly names: readonly string[];
  /** One of these at random, every `everyMs`, to a process at random. */
  readonly disturbances: readonly Disturbance[];
  readonly everyMs: number;
  readonly seed: number;
  /** What `disk` fills. */
  readonly disk: FullDisk | undefined;
  /** What `clock` sets. */
  readonly clock: FakeClock | undefined;
  /** Seconds since the begin of the run. */
  readonly elapsed: () => number;
  /** An edge is killed now. */
  readonly onEdgeKill: (at: number) => void;
  readonly onEvent: (event: ChaosEvent) => void;
  /** A process did not come back, or had already been gone. */
  readonly onFailure: (reason: string) => void;
}

/** What disturbs a server under load. */
export interface Disturber {
  /** Whether a problem of this kind (`kind action`) is to be expected now. */
  excuses(kind: string): boolean;
  /** Strikes for the first time after one interval. */
  start(): void;
  /** No more strikes; resolves when what was struck is back. */
  stop(): Promise<void>;
}

/** Disturbs the tool's own gateway again and again, by a schedule or at random. */
export class Chaos implements Disturber {
  readonly #gateway: OwnGateway;
  readonly #options: ChaosOptions;
  readonly #random: Random;
  readonly #strikes = new Strikes(() => this.#strike());
  #dropsUntil = 0;
  #refusalsUntil = 0;

  constructor(gateway: OwnGateway, options: ChaosOptions) {
    this.#gateway = gateway;
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  /** Sockets drop with their edge, a full disk keeps no message. */
  excuses(kind: string): boolean {
    const now = performance.now();
    if (/^(dropped|refused)/.test(kind)) return now < Math.max(this.#dropsUntil, this.#refusalsUntil);
    return /^error\b/.test(kind) && now < this.#refusalsUntil;
  }

  start(): void {
    const { names, disturbances, everyMs } = this.#options;
    if (names.length + disturbances.length === 0) return;
    this.#strikes.start(everyMs);
  }

  async stop(): Promise<void> {
    await this.#strikes.stop();
  }

  async #strike(): Promise<void> {
    const { names, disturbances, onFailure } = this.#options;
    try {
      await Promise.all(names.map((name) => this.#kill(name)));
      if (disturbances.length > 0) await this.#disturb(this.#random.pick(disturbances));
    } catch (error) {
      onFailure(`a disturbance failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #disturb(disturbance: Disturbance): Promise<void> {
    const forMs = this.#random.between(SHORTEST_MS, LONGEST_MS);
    if (disturbance === 'disk') return this.#fillDisk(forMs);
    if (disturbance === 'clock') return this.#setClock(forMs);
    const { supervisor: _, ...processes } = await this.#gateway.pids();
    const name = this.#random.pick(Object.keys(processes).sort());
    return disturbance === 'kill' ? this.#kill(name) : this.#pause(name, forMs);
  }

  async #kill(name: string): Promise<void> {
    const { elapsed, onEdgeKill, onEvent, onFailure } = this.#options;
    const at = elapsed();
    const isEdge = name.startsWith('edge-');
    if (isEdge) {
      this.#dropsUntil = Number.POSITIVE_INFINITY;
      onEdgeKill(at);
    }
    try {
      const downMs = await this.#gateway.kill(name);
      onEvent({ at, what: `killed ${name}`, forMs: downMs });
    } catch (error) {
      onFailure(`${name} after SIGKILL: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (isEdge) this.#dropsUntil = performance.now() + AFTERMATH_MS;
  }

  async #pause(name: string, forMs: number): Promise<void> {
    const { elapsed, onEvent, onFailure } = this.#options;
    const at = elapsed();
    const { [name]: pid } = await this.#gateway.pids();
    if (pid === undefined) return onFailure(`there is no ${name} to stop`);
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, forMs));
    process.kill(pid, 'SIGCONT');
    onEvent({ at, what: `stopped ${name}`, forMs });
  }

  async #setClock(forMs: number): Promise<void> {
    const { clock, elapsed, onEvent, onFailure } = this.#options;
    if (clock === undefined) return onFailure('there is no clock to set');
    const at = elapsed();
    const offMs = this.#random.pick(JUMPS_MS);
    await clock.set(offMs);
    await new Promise((resolve) => setTimeout(resolve, forMs));
    await clock.set(0);
    onEvent({
      at,
      what: `set the clock ${offMs < 0 ? 'back' : 'ahead'} by ${Math.abs(offMs) / MINUTE_MS} min`,
      forMs,
    });
  }

  async #fillDisk(forMs: number): Promise<void> {
    const { disk, elapsed, onEvent, onFailure } = this.#options;
    if (disk === undefined) return onFailure('there is no disk to fill');
    const at = elapsed();
    this.#refusalsUntil = Number.POSITIVE_INFINITY;
    await disk.fill();
    await new Promise((resolve) => setTimeout(resolve, forMs));
    await disk.free();
    this.#refusalsUntil = performance.now() + AFTERMATH_MS;
    onEvent({ at, what: 'filled the disk', forMs });
  }
}
