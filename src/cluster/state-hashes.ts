import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Degradation } from '../link/methods.ts';
import type { ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { placeInDirectory, placeOfChargePoint } from './log-place.ts';
import { EMPTY_HASH, stateHash } from './state-hash.ts';
import { sliceOfDirectory, sliceOfState } from './state-slice.ts';
import type { LoggedAt } from './stream-reader.ts';

/** How often copies are compared, by the clock of the NATS servers, ms. */
export const COMPARED_EVERY_MS = 10 * 60_000;

/** An older place is not worth the work: nobody else is there any more, ms. */
const WORTH_FOR_MS = 60_000;

/** After so long no more other nodes are waited for, ms. */
const WAITS_FOR_OTHERS_MS = 60_000;

const JUDGE_EVERY_MS = 1000;

/** Hex digits of a hash that are told: enough against mistakes. */
const DIGITS = 16;

/** By stream, the place of the last slice and its hash. */
export type SliceHashes = Readonly<Record<string, readonly [seq: number, hash: string]>>;

/** Another node, as far as copies are compared. */
export interface ComparedNode {
  readonly node: string;
  readonly release: string;
  readonly hashes: SliceHashes;
}

export interface StateHashesOptions {
  readonly environments: Pick<ReplicatedEnvironments, 'state' | 'directory'>;
  /** `cluster.state.shards` */
  readonly shards: number;
  readonly release: string;
  /** The other nodes that are there. */
  readonly others: () => readonly ComparedNode[];
  readonly log: Log;
  readonly registry: Registry;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

interface Slice {
  readonly seq: number;
  readonly hash: string;
  /** Monotonic, ms. */
  readonly takenAt: number;
  isJudged: boolean;
}

/**
 * Compares this node's copy with those of the others: slice by slice, each at a place in a stream that all
 * nodes know by themselves, and only between nodes of one release, which write alike.
 */
export class StateHashes {
  private readonly options: StateHashesOptions;
  private readonly now: () => number;
  private readonly slices = new Map<string, Slice>();
  private readonly differences = new Map<string, Degradation>();
  private readonly timer: NodeJS.Timeout;

  constructor(options: StateHashesOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    const differs = options.registry.gauge(
      'farad_log_copy_differs',
      "Whether this node's copy of a stream was found to differ from those of other nodes.",
      ['stream'],
    );
    options.registry.beforeCollect(() => {
      for (const stream of this.slices.keys())
        differs.with({ stream }).set(this.differences.has(stream) ? 1 : 0);
    });
    this.timer = setInterval(() => this.judge(), JUDGE_EVERY_MS).unref();
  }

  /**
   * Hashes a slice where the copy has just come to this change of the stream and nothing behind it; resolves
   * once the copy may go on.
   */
  async take(stream: string, { seq, message, storedAt }: LoggedAt): Promise<void> {
    const { environments, shards } = this.options;
    if ('part' in message || Date.now() - storedAt > WORTH_FOR_MS) return;
    const { state, directory } = environments;
    let hash = EMPTY_HASH;
    if (stream === placeInDirectory('main').stream) {
      directory.endRead();
      hash = stateHash(sliceOfDirectory(directory, Math.floor(storedAt / COMPARED_EVERY_MS)));
    } else {
      const isIn = (id: string): boolean => placeOfChargePoint(id, shards).stream === stream;
      state.endRead();
      for (const entries of sliceOfState(state, { from: message.changes[0].scope, at: storedAt, isIn })) {
        hash = stateHash(entries, undefined, hash);
        await nextTurn();
      }
    }
    this.slices.set(stream, { seq, hash: hash.slice(0, DIGITS), takenAt: this.now(), isJudged: false });
  }

  /** For the other nodes. */
  told(): SliceHashes {
    return Object.fromEntries([...this.slices].map(([stream, { seq, hash }]) => [stream, [seq, hash]]));
  }

  /** Streams of which the copy differs from those of the majority, or of the only other node. */
  degraded(): readonly Degradation[] {
    return [...this.differences.values()];
  }

  /** The copy is another one now. */
  forget(): void {
    this.slices.clear();
    this.differences.clear();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Judges slices that all others have, or for which they were waited long enough. */
  judge(): void {
    const others = this.options.others().filter(({ release }) => release === this.options.release);
    for (const [stream, slice] of this.slices) {
      if (slice.isJudged || others.length === 0) continue;
      const there = others.filter(({ hashes }) => hashes[stream]?.[0] === slice.seq);
      if (there.length < others.length && this.now() - slice.takenAt < WAITS_FOR_OTHERS_MS) continue;
      slice.isJudged = true;
      this.compare(stream, slice, there);
    }
  }

  private compare(stream: string, { seq, hash }: Slice, others: readonly ComparedNode[]): void {
    const unlike = others.filter(({ hashes }) => hashes[stream]?.[1] !== hash);
    // This node and those that agree with it are the majority.
    if (unlike.length === 0 || others.length - unlike.length + 1 > unlike.length) return;
    const names = unlike.map(({ node }) => node).join(', ');
    const cause = `at ${seq} of ${stream} this node's copy holds something else than that of ${names}`;
    if (!this.differences.has(stream))
      this.differences.set(stream, { name: `copy of ${stream}`, since: Date.now(), cause });
    this.options.log.error(
      { stream, seq, nodes: names },
      'the copy of this node differs from those of others',
    );
  }
}
