import { type Journal, journalNames, journalPath, openJournal } from '../journal/journal.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { exposeQueue } from '../journal/queue-metrics.ts';
import type { Degradation } from '../link/methods.ts';
import { throttled } from '../telemetry/log.ts';
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
  /** The outbox of the store. */
  readonly outbox: LaneQueue;
}

/** How often it is looked for journals of further edges, ms. */
const DISCOVER_EVERY_MS = 1000;

/** A queue that gets nothing into ClickHouse for so long is worth telling, ms. */
const WORTH_TELLING_MS = 10_000;

/** An insert that ClickHouse has neither taken nor refused for so long will not be answered any more, ms. */
const UNANSWERED_MS = 5 * 60_000;

/** Moves the journals of all edges and the outbox of the store into ClickHouse, each queue by itself. */
export class Sink {
  private readonly options: SinkOptions;
  private readonly drains = new Map<string, Drain>();
  private readonly journals: Journal[] = [];
  private readonly discovery: NodeJS.Timeout;
  private readonly endWatches: (() => void)[] = [];
  private engine: Engine | undefined;
  private isHeld = false;

  /** From now on the queues are read and the listener hears of it; nothing is inserted before `start`. */
  constructor(options: SinkOptions) {
    this.options = options;
    this.add('outbox', options.outbox);
    this.discover();
    const warn = throttled(options.log, 60_000);
    this.discovery = setInterval(() => {
      try {
        this.discover();
      } catch (error) {
        warn.error({ err: error }, 'the journal of an edge cannot be opened, trying again');
      }
    }, DISCOVER_EVERY_MS);
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
    return [...this.drains].flatMap(([name, { hindrance }]) => {
      if (!hindrance || now - hindrance.since < WORTH_TELLING_MS) return [];
      return [{ name, since: hindrance.since, cause: hindrance.cause.message }];
    });
  }

  /** Moves nothing from now on until `release`. Resolves once no insert is under way. */
  async hold(): Promise<void> {
    this.isHeld = true;
    await Promise.all([...this.drains.values()].map((drain) => drain.hold()));
  }

  release(): void {
    this.isHeld = false;
    for (const drain of this.drains.values()) drain.release();
  }

  /** Resolves once no insert is under way and the journals are closed; the outbox stays open. */
  async stop(): Promise<void> {
    clearInterval(this.discovery);
    for (const endWatch of this.endWatches) endWatch();
    await Promise.all([...this.drains.values()].map((drain) => drain.stop()));
    await Promise.all(this.journals.map((journal) => journal.close()));
  }

  private discover(): void {
    for (const edge of journalNames(this.options.dataDir)) {
      const name = `journal-${edge}`;
      if (this.drains.has(name)) continue;
      const journal = openJournal({ path: journalPath(this.options.dataDir, edge) });
      this.journals.push(journal);
      this.add(name, journal.queue);
    }
  }

  private add(name: string, queue: LaneQueue): void {
    exposeQueue(name, queue);
    const drain = new Drain({ ...this.options, name, queue });
    this.drains.set(name, drain);
    this.endWatches.push(watchman.watch(watchedDrain(name, drain)));
    if (this.isHeld) void drain.hold();
    if (this.engine) drain.start(this.engine);
  }
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
