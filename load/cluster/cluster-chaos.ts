import { Random } from '../../src/simulator/random.ts';
import { AFTERMATH_MS, type Disturber } from '../chaos.ts';
import type { ChaosEvent } from '../measurements.ts';
import { Strikes } from '../strikes.ts';

/** How long what is cut off stays so unless it is said, ms: long enough for the balancer to notice. */
const SHORTEST_CUT_MS = 9_000;
const LONGEST_CUT_MS = 15_000;

const PARTS = ['node', 'nats'] as const;

/** What of a cluster is disturbed. */
export type ClusterPart = (typeof PARTS)[number];

/** What of it is killed: with `disk`, a node and its data directory. */
export type KilledPart = ClusterPart | 'disk';

/** What of it is cut off: with `all-nats`, all NATS servers together. */
export type CutPart = ClusterPart | 'all-nats';

export function isClusterPart(name: string): name is ClusterPart {
  return PARTS.some((part) => part === name);
}

export function isCutPart(name: string): name is CutPart {
  return name === 'all-nats' || isClusterPart(name);
}

export function isKilledPart(name: string): name is KilledPart {
  return name === 'disk' || isClusterPart(name);
}

/** A node or a NATS server. Both resolve once it is back, with the ms that it was away. */
export interface Victim {
  readonly name: string;
  /** `losesDisk`: it comes back with an empty data directory. */
  kill(losesDisk: boolean): Promise<number>;
  pause(forMs: number): Promise<number>;
}

/** What there is to be disturbed of a cluster. */
export interface Victims {
  readonly nodes: readonly Victim[];
  readonly nats: readonly Victim[];
  /** How many charge points each node has now, by its name. */
  readonly connections: ReadonlyMap<string, number>;
}

export interface ClusterChaosOptions {
  /** One of each gets SIGKILL every `everyMs`. */
  readonly kill: readonly KilledPart[];
  /** One of each does nothing for a while, as if nothing reached it. */
  readonly cut: readonly CutPart[];
  /** For so long; undefined: for some seconds. */
  readonly cutForMs?: number | undefined;
  /** Nodes without the log keep the sockets of their charge points (`cluster.whenAlone`). */
  readonly keepsSockets?: boolean;
  readonly everyMs: number;
  readonly seed: number;
  /** Seconds since the begin of the run. */
  readonly elapsed: () => number;
  /** A node is away from now on. */
  readonly onNodeAway: (at: number) => void;
  readonly onEvent: (event: ChaosEvent) => void;
  /** Something did not come back. */
  readonly onFailure: (reason: string) => void;
}

const WITHOUT_NODE = /^(dropped|refused)/;

/** Without the log nothing of a charge point changes; what needs no log goes on. */
const WITHOUT_LOG = /^error (BootNotification|StatusNotification|StartTransaction|StopTransaction)$/;

/** A node that has been without it for long also sends its charge points away, unless it keeps them. */
const SENT_AWAY = new RegExp(`${WITHOUT_NODE.source}|${WITHOUT_LOG.source}`);

/** Disturbs a node or a NATS server at random again and again, one at a time. */
export class ClusterChaos implements Disturber {
  readonly #cluster: Victims;
  readonly #options: ClusterChaosOptions;
  readonly #random: Random;
  readonly #strikes = new Strikes(() => this.#strike());
  /** Problems of these kinds are to be expected, until then. */
  #excused = WITHOUT_NODE;
  #excusedUntil = 0;

  constructor(cluster: Victims, options: ClusterChaosOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  excuses(kind: string): boolean {
    return this.#excused.test(kind) && performance.now() < this.#excusedUntil;
  }

  start(): void {
    const { kill, cut, everyMs } = this.#options;
    if (kill.length + cut.length === 0) return;
    this.#strikes.start(everyMs);
  }

  async stop(): Promise<void> {
    await this.#strikes.stop();
  }

  async #strike(): Promise<void> {
    const { kill, cut, onFailure } = this.#options;
    try {
      for (const part of kill) await this.#disturb(part, 'killed');
      for (const part of cut) await (part === 'all-nats' ? this.#cutLog() : this.#disturb(part, 'cut off'));
    } catch (error) {
      onFailure(`a disturbance failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #disturb(part: KilledPart, how: 'killed' | 'cut off'): Promise<void> {
    const { elapsed, onEvent, onNodeAway } = this.#options;
    const isNode = part !== 'nats';
    const victim = this.#random.pick(isNode ? this.#nodesWithChargePoints() : this.#cluster.nats);
    const at = elapsed();
    const away = async (): Promise<number> =>
      how === 'killed' ? victim.kill(part === 'disk') : victim.pause(this.#cutForMs());
    if (isNode) onNodeAway(at);
    const forMs = await (isNode ? this.#excusing(WITHOUT_NODE, away) : away());
    const { name } = victim;
    const lost = part === 'disk' ? ' with its disk' : '';
    if (isNode) onEvent({ at, what: `${how} node ${name}${lost}`, forMs, away: name });
    else onEvent({ at, what: `${how} ${name}`, forMs });
  }

  async #cutLog(): Promise<void> {
    const { elapsed, onEvent, keepsSockets = false } = this.#options;
    const [at, cutForMs] = [elapsed(), this.#cutForMs()];
    const forMs = await this.#excusing(keepsSockets ? WITHOUT_LOG : SENT_AWAY, async () =>
      Math.max(...(await Promise.all(this.#cluster.nats.map((server) => server.pause(cutForMs))))),
    );
    onEvent({ at, what: 'cut off all NATS servers', forMs });
  }

  #cutForMs(): number {
    return this.#options.cutForMs ?? this.#random.between(SHORTEST_CUT_MS, LONGEST_CUT_MS);
  }

  /** Problems of these kinds are to be expected while something is away, and for a while after that. */
  async #excusing(kinds: RegExp, away: () => Promise<number>): Promise<number> {
    this.#excused = kinds;
    this.#excusedUntil = Number.POSITIVE_INFINITY;
    const forMs = await away();
    this.#excusedUntil = performance.now() + AFTERMATH_MS;
    return forMs;
  }

  /**
   * Those whose loss charge points notice; all where none has any. One that was busy for a moment while they
   * connected, or that is back after it was killed, may have none.
   */
  #nodesWithChargePoints(): readonly Victim[] {
    const { nodes, connections } = this.#cluster;
    const having = nodes.filter(({ name }) => (connections.get(name) ?? 0) > 0);
    return having.length > 0 ? having : nodes;
  }
}
