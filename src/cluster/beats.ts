import { randomUUID } from 'node:crypto';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { NodeCondition, NodeHeard, NodeThere } from '../link/cluster-status.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { LOG_FORMAT } from './log-identity.ts';
import type { ComparedNode, SliceHashes } from './state-hashes.ts';

/** How often a node says that it is there, ms. */
const BEAT_EVERY_MS = 1000;

/** Without a beat for so long a node counts as away, ms. */
const AWAY_AFTER_MS = 10_000;

/** A node that is away is remembered for so long, ms, unless there are very many. */
const REMEMBERED_MS = 24 * 60 * 60_000;
const MOST_REMEMBERED = 200;

/** Longest text about what does not work at a node, characters. */
const MOST_TROUBLE = 300;

/** Clocks of nodes that differ by more are worth a warning, ms. */
const MOST_SKEW_MS = 2000;

/** Once a second, on `farad.beat.<node>`. */
export interface Beat {
  readonly node: string;
  /** Random for each start, so that two nodes of one name notice each other. */
  readonly instance: string;
  readonly release: string;
  /** Newest format of the log that this release reads. */
  readonly format: number;
  /** Epoch ms. */
  readonly clock: number;
  /** As in NodeCondition; absent from older releases. */
  readonly lagSeconds?: number;
  readonly trouble?: string;
  readonly refuses?: string;
  /** Of the log; absent from older releases, as what follows. */
  readonly log?: string;
  /** How far its copy of each stream is. */
  readonly positions?: Readonly<Record<string, number>>;
  /** As in ComparedNode; absent from older releases. */
  readonly hashes?: SliceHashes;
}

/** In the place of a beat of a node that does not run: it will not come back. */
interface Farewell {
  readonly node: string;
  readonly forgotten: true;
}

/**
 * Undefined for what no release sends: whoever may publish there must not end this process by it, since the
 * client calls back from the loop that reads its socket.
 */
export function readBeat(message: Msg): Beat | undefined {
  const beat = readAbout<Beat>(message);
  const isBeat =
    typeof beat?.instance === 'string' && typeof beat.release === 'string' && Number.isFinite(beat.clock);
  return isBeat ? (beat as Beat) : undefined;
}

/** The node that is not to be remembered; undefined as with `readBeat`. */
function readFarewell(message: Msg): string | undefined {
  const farewell = readAbout<Farewell>(message);
  return farewell?.forgotten === true ? farewell.node : undefined;
}

/** What is said of the node that the subject names. */
function readAbout<Said extends { readonly node: string }>({
  subject,
  data,
}: Msg): Partial<Said> | undefined {
  try {
    const said = (JSON.parse(Buffer.from(data).toString()) ?? {}) as Partial<Said>;
    return subject === `farad.beat.${said.node}` ? said : undefined;
  } catch {
    return undefined;
  }
}

function conditionOf({ lagSeconds, trouble, refuses }: Beat): NodeCondition {
  return {
    lagSeconds: typeof lagSeconds === 'number' && lagSeconds >= 0 ? lagSeconds : null,
    trouble: typeof trouble === 'string' ? trouble.slice(0, MOST_TROUBLE) : null,
    refuses: refuses === 'log_away' || refuses === 'behind' ? refuses : null,
  };
}

function hashesOf({ hashes }: Beat): SliceHashes {
  const entries = Object.entries(typeof hashes === 'object' && hashes !== null ? hashes : {});
  const isSlice = ([, slice]: (typeof entries)[number]): boolean =>
    Array.isArray(slice) && Number.isSafeInteger(slice[0]) && typeof slice[1] === 'string';
  return Object.fromEntries(entries.filter(isSlice));
}

/** Another node; the way of a beat is in how far its clock is ahead. */
export interface OtherNode extends NodeThere, NodeCondition, ComparedNode {
  /** Monotonic, ms. */
  readonly heardAt: number;
}

export interface BeatsOptions {
  readonly connection: NatsConnection;
  /** Name of this node. */
  readonly node: string;
  readonly release: string;
  /** How this node is. */
  readonly condition: () => NodeCondition;
  /** Identity of the log. */
  readonly identity: string;
  /** How far this node's copy of each stream is. */
  readonly positions: () => Readonly<Record<string, number>>;
  /** By which others compare its copy with theirs. */
  readonly hashes?: () => SliceHashes;
  readonly log: Log;
  readonly registry: Registry;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

/** Tells the other nodes that this one is there, and knows which of them are. */
export class Beats {
  private readonly options: BeatsOptions;
  private readonly now: () => number;
  private readonly instance = randomUUID();
  private readonly known = new Map<string, OtherNode>();
  private readonly subscription: Subscription;
  private readonly timer: NodeJS.Timeout;
  private stopped = false;
  /** When a node with this one's name was last heard, monotonic ms. */
  private twinHeardAt = Number.NEGATIVE_INFINITY;
  /** Epoch ms. */
  private twinSince = 0;

  constructor(options: BeatsOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    const { connection, registry } = options;
    this.subscription = connection.subscribe('farad.beat.*', {
      callback: (error, message) => {
        if (error !== null) return;
        const [beat, forgotten] = [readBeat(message), readFarewell(message)];
        if (beat) this.hear(beat);
        if (forgotten !== undefined) this.drop(forgotten);
      },
    });
    const nodes = registry.gauge(
      'farad_cluster_nodes',
      'Nodes of the cluster that are there, this one included.',
    );
    const skew = registry.gauge(
      'farad_cluster_clock_ahead_seconds',
      "How far the clock of another node is ahead of this node's.",
      ['node'],
    );
    registry.beforeCollect(() => {
      const others = this.others();
      nodes.with({}).set(others.length + 1);
      skew.clear();
      for (const { node, aheadMs } of others) skew.with({ node }).set(aheadMs / 1000);
    });
    this.timer = setInterval(() => this.beat(), BEAT_EVERY_MS).unref();
    this.beat();
  }

  /** The other nodes that were heard of lately. */
  others(): OtherNode[] {
    return this.remembered().filter((node) => this.isThere(node));
  }

  /** The other nodes, those included that were heard within the last day and are away. */
  heard(): NodeHeard[] {
    return this.remembered().map(({ heardAt, hashes, ...node }) => ({
      ...node,
      there: this.isThere({ heardAt }),
      heardMsAgo: this.now() - heardAt,
    }));
  }

  /** Remembers a node that is away no longer, and lets the others do so. */
  forget(node: string): void {
    const { connection } = this.options;
    this.drop(node);
    const farewell: Farewell = { node, forgotten: true };
    if (!this.stopped && !connection.isClosed())
      connection.publish(`farad.beat.${node}`, JSON.stringify(farewell));
  }

  /** Since when another machine has used the name of this node, epoch ms; undefined where none does. */
  twin(): number | undefined {
    return this.now() - this.twinHeardAt < AWAY_AFTER_MS ? this.twinSince : undefined;
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.subscription.unsubscribe();
  }

  private remembered(): OtherNode[] {
    const from = this.now() - (this.known.size > MOST_REMEMBERED ? AWAY_AFTER_MS : REMEMBERED_MS);
    for (const [name, { heardAt }] of this.known) if (heardAt < from) this.known.delete(name);
    return [...this.known.values()];
  }

  private drop(node: string): void {
    const known = this.known.get(node);
    if (known && !this.isThere(known)) this.known.delete(node);
  }

  private isThere({ heardAt }: Pick<OtherNode, 'heardAt'>): boolean {
    return heardAt >= this.now() - AWAY_AFTER_MS;
  }

  private beat(): void {
    const { connection, node, release, condition, identity, positions, hashes } = this.options;
    if (this.stopped || connection.isClosed()) return;
    const { lagSeconds, trouble, refuses } = condition();
    const beat: Beat = {
      node,
      instance: this.instance,
      release,
      format: LOG_FORMAT,
      clock: Date.now(),
      log: identity,
      positions: positions(),
      ...(lagSeconds !== null && { lagSeconds }),
      ...(trouble !== null && { trouble: trouble.slice(0, MOST_TROUBLE) }),
      ...(refuses !== null && { refuses }),
      ...(hashes && { hashes: hashes() }),
    };
    connection.publish(`farad.beat.${node}`, JSON.stringify(beat));
  }

  private hear(beat: Beat): void {
    const { log } = this.options;
    const { node, instance, release, clock } = beat;
    if (instance === this.instance) return;
    if (node === this.options.node) {
      if (this.twin() === undefined) {
        this.twinSince = Date.now();
        log.error({ node }, 'another machine has the cluster.node of this one');
      }
      this.twinHeardAt = this.now();
      return;
    }
    const aheadMs = clock - Date.now();
    const last = this.known.get(node);
    const before = last && this.isThere(last) ? last : undefined;
    const isOff = Math.abs(aheadMs) > MOST_SKEW_MS;
    if (!before) log.info({ node, release }, 'a node is there');
    if (isOff && Math.abs(before?.aheadMs ?? 0) <= MOST_SKEW_MS)
      log.warn({ node, aheadMs }, 'the clock of another node differs from that of this one');
    this.known.set(node, {
      node,
      release,
      aheadMs,
      heardAt: this.now(),
      hashes: hashesOf(beat),
      ...conditionOf(beat),
    });
  }
}
