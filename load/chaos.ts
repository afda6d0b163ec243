import type { OwnGateway } from './gateway.ts';
import type { ChaosEvent } from './measurements.ts';

/** After an edge is back, charge points still find their way to it for this long. */
const AFTERMATH_MS = 10_000;

export interface ChaosOptions {
  readonly names: readonly string[];
  readonly everyMs: number;
  /** Seconds since the begin of the run. */
  readonly elapsed: () => number;
  /** An edge is killed now. */
  readonly onEdgeKill: (at: number) => void;
  readonly onEvent: (event: ChaosEvent) => void;
  /** A process did not come back, or had already been gone. */
  readonly onFailure: (reason: string) => void;
}

/** Kills processes of the tool's own gateway with SIGKILL, again and again, all of them at a time. */
export class Chaos {
  readonly #gateway: OwnGateway;
  readonly #options: ChaosOptions;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #excusedUntil = 0;

  constructor(gateway: OwnGateway, options: ChaosOptions) {
    this.#gateway = gateway;
    this.#options = options;
  }

  /** Whether sockets may drop now, because their edge was killed. */
  get excusesDrops(): boolean {
    return performance.now() < this.#excusedUntil;
  }

  /** Kills for the first time after one interval. */
  start(): void {
    if (this.#options.names.length === 0) return;
    this.#timer = setInterval(() => {
      this.#underWay = this.#underWay.then(() => this.#strike());
    }, this.#options.everyMs);
  }

  /** No more kills; resolves when what was killed is back. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  async #strike(): Promise<void> {
    await Promise.all(this.#options.names.map((name) => this.#kill(name)));
  }

  async #kill(name: string): Promise<void> {
    const { elapsed, onEdgeKill, onEvent, onFailure } = this.#options;
    const at = elapsed();
    const isEdge = name.startsWith('edge-');
    if (isEdge) {
      this.#excusedUntil = Number.POSITIVE_INFINITY;
      onEdgeKill(at);
    }
    try {
      const downMs = await this.#gateway.kill(name);
      onEvent({ at, process: name, downMs });
    } catch (error) {
      onFailure(`${name} after SIGKILL: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (isEdge) this.#excusedUntil = performance.now() + AFTERMATH_MS;
  }
}
