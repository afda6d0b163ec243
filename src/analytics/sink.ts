import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Journal, journalDirectories, openJournal, removeUnfinished } from '../journal/journal.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { isOverflow, journalOf, shownName } from '../journal/overflow-lane.ts';
import { exposeQueue } from '../journal/queue-metrics.ts';
import { isRecovered } from '../journal/recovered-rows.ts';
import type { Degradation } from '../link/methods.ts';
import { type ThrottledLog, throttled } from '../telemetry/log.ts';
import { type Watched, watchman } from '../telemetry/watchman.ts';
import { Drain, type DrainOptions, type DrainSettings } from './drain.ts';
import type { Engine } from './engine.ts';

export interface SinkOptions
  extends DrainSettings,
    Pick<
      DrainOptions,
      'listener' | 'isAwaited' | 'unawaitedInterval' | 'log' | 'pauses' | 'patience' | 'settling' | 'onBroken'
    > {
  /** Where the journals are. */
  readonly dataDir: string;
  /** How long an overflow is kept that nothing is in any more, ms; 10 seconds by default. */
  readonly emptyFor?: number;
  /** How often it is looked for journals and overflows, ms; once a second by default. */
  readonly discoverEvery?: number;
  /** The outbox of the store. */
  readonly outbox: LaneQueue;
}

/** How often it is looked for journals of further edges and for overflows, ms. */
const DISCOVER_EVERY_MS = 1000;

/**
 * An overflow is deleted when nothing has been in it for so long, ms: longer than its writer keeps it open
 * unused.
 */
const EMPTY_FOR_MS = 10_000;

/** Each takes memory for a batch. Those that are drained do not count. */
const OVERFLOWS_AT_ONCE = 2;

/** A queue that gets nothing into ClickHouse for so long is worth telling, ms. */
const WORTH_TELLING_MS = 10_000;

/** An insert that ClickHouse has neither taken nor refused for so long will not be answered any more, ms. */
const UNANSWERED_MS = 5 * 60_000;

/** Moves the journals of all edges and the outbox of the store into ClickHouse, each queue by itself. */
export class Sink {
  private readonly options: SinkOptions;
  private readonly drains = new Map<string, Drain>();
  private readonly journals = new Map<string, Journal>();
  private readonly discovery: NodeJS.Timeout;
  private readonly endWatches = new Map<string, () => void>();
  /** Since when nothing is in an overflow, monotonic ms. */
  private readonly emptySince = new Map<string, number>();
  /** Overflows that have ended. */
  private readonly removals = new Map<string, Promise<void>>();
  private readonly warn: ThrottledLog;
  private engine: Engine | undefined;
  private isHeld = false;

  /** From now on the queues are read and the listener hears of it; nothing is inserted before `start`. */
  constructor(options: SinkOptions) {
    this.options = options;
    this.warn = throttled(options.log, 60_000);
    this.add('outbox', options.outbox);
    this.discover();
    this.discovery = setInterval(() => {
      try {
        this.discover();
      } catch (error) {
        this.warn.error({ err: error }, 'the journal of an edge cannot be opened, trying again');
      }
    }, options.discoverEvery ?? DISCOVER_EVERY_MS);
  }

  /** Inserts from now on. Call it once the tables exist. */
  start(engine: Engine): void {
    this.engine = engine;
    for (const drain of this.drains.values()) drain.start(engine);
  }

  /** When rows last reached ClickHouse, monotonic ms; 0 before the first. */
  get movedAt(): number {
    return Math.max(...[...this.drains.values()].map(({ movedAt }) => movedAt));
  }

  /** Returns what keeps queues from ClickHouse now, of those that it has kept from it for some time. */
  hindrances(now: number = Date.now()): Degradation[] {
    const found = new Map<string, Degradation>();
    for (const [queue, { hindrance }] of this.drains) {
      if (!hindrance || now - hindrance.since < WORTH_TELLING_MS) continue;
      const { since, cause } = hindrance;
      const name = shownName(queue);
      const known = found.get(name);
      if (!known || since < known.since) found.set(name, { name, since, cause: cause.message });
    }
    return [...found.values()];
  }

  /** Moves nothing from now on until `release`. Resolves once no insert is under way. */
  async hold(): Promise<void> {
    this.isHeld = true;
    await Promise.all([...this.drains.values()].map((drain) => drain.hold()));
    await Promise.all(this.removals.values());
  }

  release(): void {
    this.isHeld = false;
    for (const drain of this.drains.values()) drain.release();
  }

  /** Resolves once no insert is under way and the journals are closed; the outbox stays open. */
  async stop(): Promise<void> {
    clearInterval(this.discovery);
    for (const endWatch of this.endWatches.values()) endWatch();
    await Promise.all([...this.drains.values()].map((drain) => drain.stop()));
    await Promise.all([...this.journals.values()].map((journal) => journal.close()));
    await Promise.all(this.removals.values());
  }

  /** Opens what it can. Throws where a journal of an edge cannot be opened. */
  private discover(): void {
    const failures: unknown[] = [];
    for (const name of this.missing()) {
      try {
        const journal = openJournal({ path: join(this.options.dataDir, name) });
        this.journals.set(name, journal);
        this.add(name, journal.queue);
      } catch (error) {
        if (isOverflow(name)) this.warn.error({ err: error, overflow: name }, 'an overflow cannot be opened');
        else failures.push(error);
      }
    }
    if (!this.isHeld) this.removeDrained();
    if (failures.length > 0) throw failures[0];
  }

  /** What is to be opened: journals, and the oldest overflows of each while only few of them hold rows. */
  private *missing(): Generator<string> {
    const { dataDir } = this.options;
    const names = journalDirectories(dataDir).filter(
      (name) => !this.drains.has(name) && !this.removals.has(name),
    );
    yield* names.filter((name) => !isOverflow(name));
    const overflows = names.filter(isOverflow).map((name) => ({ name, age: ageOf(join(dataDir, name)) }));
    for (const { name } of overflows.sort((a, b) => b.age - a.age))
      if (this.busyOverflowsOf(journalOf(name)) < OVERFLOWS_AT_ONCE) yield name;
  }

  private busyOverflowsOf(journal: string): number {
    return this.overflowsOf(journal).filter((queue) => !queue.isEmpty).length;
  }

  /** A backup that is being made may copy overflows: not while the sink is held. */
  private removeDrained(): void {
    const { dataDir, emptyFor = EMPTY_FOR_MS } = this.options;
    const now = performance.now();
    for (const [name, journal] of this.journals) {
      if (!isOverflow(name)) continue;
      if (!journal.queue.isEmpty) {
        this.emptySince.delete(name);
        continue;
      }
      const since = this.emptySince.get(name) ?? now;
      this.emptySince.set(name, since);
      if (now - since >= emptyFor && journal.end()) this.removals.set(name, this.remove(name, journal));
    }
    removeUnfinished(dataDir);
  }

  private async remove(name: string, journal: Journal): Promise<void> {
    const drain = this.drains.get(name);
    this.drains.delete(name);
    this.journals.delete(name);
    this.emptySince.delete(name);
    this.endWatches.get(name)?.();
    this.endWatches.delete(name);
    try {
      try {
        await drain?.stop();
      } finally {
        await journal.close();
      }
      rmSync(join(this.options.dataDir, name), { recursive: true, force: true });
    } catch (error) {
      this.warn.error({ err: error, overflow: name }, 'an overflow cannot be deleted, trying again');
    } finally {
      this.removals.delete(name);
    }
  }

  private overflowsOf(name: string): LaneQueue[] {
    return [...this.journals].flatMap(([other, { queue }]) =>
      isOverflow(other) && journalOf(other) === name ? [queue] : [],
    );
  }

  private add(name: string, queue: LaneQueue): void {
    if (!isOverflow(name)) exposeQueue(name, queue, undefined, () => this.overflowsOf(name));
    const shown = shownName(name);
    const drain = new Drain({ ...this.options, name: shown, queue, isDoubtful: isRecovered(name) });
    this.drains.set(name, drain);
    this.endWatches.set(name, watchman.watch(watchedDrain(shown, drain)));
    if (this.isHeld) void drain.hold();
    if (this.engine) drain.start(this.engine);
  }
}

/** How long ago its files were made, ms; 0 where it is gone. */
function ageOf(directory: string): number {
  const made = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
  return made === undefined ? 0 : Date.now() - made;
}

function watchedDrain(name: string, drain: Drain): Watched {
  return {
    name,
    waitsFor: 'the answer of ClickHouse',
    waitingSince: () => drain.waitingSince,
    cause: () => drain.hindrance && { text: drain.hindrance.cause.message, outside: true },
    cure: 'restart',
    cureAfter: UNANSWERED_MS,
  };
}
