import type { Log } from './log.ts';
import { metrics, type Registry } from './metrics.ts';
import { WorkInHand } from './work-in-hand.ts';

/** Who needs it: without the first kind Farad is not ready, without the second it is degraded. */
export type Serves = 'charge-points' | 'operators';

/** Why something does not move, as far as it knows. */
export interface Cause {
  readonly text: string;
  /** It lies outside this process (a full disk, a server that is away): no cure here would help. */
  readonly outside: boolean;
}

/**
 * What may set it going again: something that is done here, or the end of this process, which the supervisor
 * then starts again.
 */
export type Cure = 'restart' | { readonly what: string; run(): void };

/** Anything that can wait: a queue, a lane, a batch, a worker, a drain, a chore. */
export interface Watched {
  /** Constant text, one of few: it becomes a label. Operators read it. */
  readonly name: string;
  /** Default: what the process serves, see `start`. */
  readonly serves?: Serves;
  /** How long it may stand, ms; by default 20 s, so that it is reported within 30 s. */
  readonly limit?: number;
  /**
   * When its oldest work was begun, or when it last moved, monotonic ms; undefined while it has nothing to
   * do.
   */
  waitingSince(): number | undefined;
  /** What its work waits for, said where `cause` knows nothing. */
  readonly waitsFor?: string;
  cause?(): Cause | undefined;
  readonly cure?: Cure;
  /**
   * How long it must stand before it is cured, ms; by default as soon as it is reported, or after 40 s where
   * the process has to end.
   */
  readonly cureAfter?: number;
}

/** Something that has work and does not move. */
export interface Standstill {
  readonly name: string;
  readonly serves: Serves;
  /** Epoch ms. */
  readonly since: number;
  /** What is known of it now. */
  readonly cause: string;
  /** A new start of this process may cure it. */
  readonly wantsRestart: boolean;
}

export interface WatchmanOptions {
  readonly registry?: Registry;
  /** Monotonic, ms. */
  readonly clock?: () => number;
  /** Epoch, ms. */
  readonly wallClock?: () => number;
}

/** How long anything may have work and not move before it is reported, ms. */
const STANDS_STILL_MS = 20_000;

/**
 * How long it must stand before the process is to end for it, ms: smaller cures, and those of other
 * processes, come first.
 */
const RESTART_AFTER_MS = 40_000;

/** What stands still again within this time after its cure is reported and left alone, ms. */
export const ONE_CURE_IN_MS = 60 * 60_000;

const LOOK_EVERY_MS = 1000;

/**
 * Looks that lie further apart mean that this process did not run in between: stopped, asleep, or its event
 * loop blocked.
 */
const GAP_MS = 5000;

interface Post {
  readonly watched: Watched;
  since: number | undefined;
  /** Set while it is reported to stand still, epoch ms. */
  reportedSince: number | undefined;
  curedAt: number;
  /** Whether the log says already that it is not cured again. */
  leftAlone: boolean;
}

/**
 * Looks once a second at everything that can wait, reports what has work and does not move, and applies its
 * cure, once. Judges by a monotonic clock; after a gap in its own looks nothing counts as old, because
 * whatever did not move then could not.
 */
export class Watchman {
  private readonly posts = new Set<Post>();
  private readonly clock: () => number;
  private readonly wallClock: () => number;
  private readonly cures;
  private serves: Serves = 'operators';
  private log: Pick<Log, 'error' | 'info'> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lookedAt: number | undefined;
  private resumedAt = Number.NEGATIVE_INFINITY;

  constructor({
    registry = metrics,
    clock = performance.now.bind(performance),
    wallClock = Date.now,
  }: WatchmanOptions = {}) {
    this.clock = clock;
    this.wallClock = wallClock;
    const still = registry.gauge(
      'farad_stands_still',
      'Whether it has work and does not move (1), by whom it serves.',
      ['name', 'serves'],
    );
    const oldest = registry.gauge(
      'farad_oldest_work_seconds',
      'How long its oldest work has waited, or it has not moved although it has work.',
      ['name'],
    );
    this.cures = registry.counter(
      'farad_standstill_cures_total',
      'What was set going again inside its process, by what stood still.',
      ['name'],
    );
    registry.beforeCollect(() => {
      still.clear();
      oldest.clear();
      const now = this.clock();
      for (const { watched, reportedSince } of this.posts) {
        const { name } = watched;
        const standing = still.with({ name, serves: this.servedBy(watched) });
        standing.set(Math.max(standing.value, reportedSince === undefined ? 0 : 1));
        const waited = oldest.with({ name });
        waited.set(Math.max(waited.value, (now - (watched.waitingSince() ?? now)) / 1000));
      }
    });
  }

  /** Begins to look. What does not say whom it serves serves `serves`. */
  start({ log, serves }: { readonly log: Pick<Log, 'error' | 'info'>; readonly serves: Serves }): void {
    this.log = log;
    this.serves = serves;
    this.timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Looks after this, too; until the function that it returns is called. */
  watch(watched: Watched): () => void {
    const post: Post = {
      watched,
      since: undefined,
      reportedSince: undefined,
      curedAt: Number.NEGATIVE_INFINITY,
      leftAlone: false,
    };
    this.posts.add(post);
    return () => void this.posts.delete(post);
  }

  /** Work of a kind that is looked after for as long as the process lives. */
  workOf(watched: Omit<Watched, 'waitingSince'>): WorkInHand {
    const work = new WorkInHand(this.clock);
    this.watch({ ...watched, waitingSince: work.oldest });
    return work;
  }

  /** What stands still now. */
  standing(): Standstill[] {
    const standing: Standstill[] = [];
    for (const post of this.posts) {
      if (post.reportedSince === undefined) continue;
      const { watched } = post;
      standing.push({
        name: watched.name,
        serves: this.servedBy(watched),
        since: post.reportedSince,
        cause: textOf(watched),
        wantsRestart: watched.cure === 'restart' && this.mayCure(post, this.clock()),
      });
    }
    return standing;
  }

  /** One look at everything. */
  look(): void {
    const now = this.clock();
    if (now - (this.lookedAt ?? now) > GAP_MS) this.resumedAt = now;
    this.lookedAt = now;
    for (const post of this.posts) this.lookAt(post, now);
  }

  private lookAt(post: Post, now: number): void {
    const { watched } = post;
    const since = watched.waitingSince();
    if (since === undefined || since !== post.since) {
      if (post.reportedSince !== undefined) this.log?.info({ name: watched.name }, 'moves again');
      post.since = since;
      post.reportedSince = undefined;
      post.leftAlone = false;
    }
    if (since === undefined) return;
    if (post.reportedSince === undefined) {
      if (now - Math.max(since, this.resumedAt) < (watched.limit ?? STANDS_STILL_MS)) return;
      post.reportedSince = Math.round(this.wallClock() - (now - since));
      this.log?.error(
        { name: watched.name, forMs: Math.round(now - since), cause: textOf(watched) },
        'something has work and stands still',
      );
    }
    this.cure(post, now);
  }

  private cure(post: Post, now: number): void {
    const { name, cure } = post.watched;
    if (cure === undefined || cure === 'restart' || !this.mayCure(post, now)) return;
    if (now - post.curedAt < ONE_CURE_IN_MS) {
      if (post.leftAlone || now - post.curedAt < STANDS_STILL_MS) return;
      post.leftAlone = true;
      this.log?.error({ name }, 'stands still again after its cure, and is left alone');
      return;
    }
    post.curedAt = now;
    this.cures.with({ name }).inc();
    this.log?.error({ name, cure: cure.what }, 'is set going again');
    cure.run();
  }

  /** It stands long enough, by no cause outside, and this process has run all the time. */
  private mayCure({ watched, since }: Post, now: number): boolean {
    if (since === undefined || causeOf(watched)?.outside) return false;
    const usual = watched.cure === 'restart' ? RESTART_AFTER_MS : STANDS_STILL_MS;
    return now - Math.max(since, this.resumedAt) >= (watched.cureAfter ?? usual);
  }

  private servedBy({ serves }: Watched): Serves {
    return serves ?? this.serves;
  }
}

/** Looks after what waits in this process. */
export const watchman = new Watchman();

function causeOf({ cause }: Watched): Cause | undefined {
  return cause?.();
}

function textOf(watched: Watched): string {
  return causeOf(watched)?.text ?? `it waits for ${watched.waitsFor ?? 'an end of its work'}`;
}
