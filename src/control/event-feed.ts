import { setTimeout as delay } from 'node:timers/promises';
import type { Link } from '../link/link.ts';
import type { EventsPage, EventsRequest, LiveEvent, Topic } from '../link/methods.ts';
import { type Log, throttled } from '../telemetry/log.ts';

export const topics = [
  'status',
  'transactions',
  'connections',
  'authorizations',
] as const satisfies readonly Topic[];

const PROCESS = 'analytics';
/** Events per read. */
const PAGE = 500;
/** How long a read waits for the first event, ms. */
const WAIT_MS = 20_000;
const DEADLINE_MARGIN_MS = 2000;
/** Events kept for readers that come back: newer ones push out the oldest. */
const RECENT = 10_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;

/** Who gets the events: one client. All of these are called in the order of events. */
export interface Subscriber {
  readonly topics: ReadonlySet<Topic>;
  readonly chargePointId?: string;
  event(event: LiveEvent): void;
  /** Events between the last one and the next are gone. */
  missed(): void;
  /** Resolves when more may be written; catching up waits for it, live events do not. */
  drained(): Promise<void>;
}

interface Reader {
  readonly subscriber: Subscriber;
  /** Id of the last event that it has, or that lies before what it asked for. */
  position: bigint;
  live: boolean;
  left: boolean;
}

/**
 * Live events for many clients out of few calls: one long poll to analytics while anybody listens, fanned out. A client that
 * resumes further back than what is kept here catches up with reads of its own first.
 */
export class EventFeed {
  private readonly link: Link;
  private readonly warn;
  private readonly readers = new Set<Reader>();
  private recent: LiveEvent[] = [];
  /** Everything up to here was dropped from `recent` or never in it. */
  private floor = 0n;
  private cursor: string | undefined;
  private started: Promise<void> | undefined;
  private closing = new AbortController();

  constructor(link: Link, log: Log) {
    this.link = link;
    this.warn = throttled(log, 10_000);
  }

  /** Starts to deliver: after the event `after`, or only new ones. The returned function ends it. */
  subscribe(subscriber: Subscriber, after?: bigint): () => void {
    const reader: Reader = { subscriber, position: after ?? -1n, live: false, left: false };
    this.readers.add(reader);
    this.started ??= this.start();
    void this.started.then(() => this.join(reader, after === undefined));
    return () => {
      reader.left = true;
      this.readers.delete(reader);
    };
  }

  /** Ends all delivery. */
  close(): void {
    this.closing.abort();
    for (const reader of this.readers) reader.left = true;
    this.readers.clear();
  }

  /** Learns where the feed is now, so that nothing after this moment can be overlooked, then polls on. */
  private async start(): Promise<void> {
    const page = await this.readUntilAnswered({ topics, limit: 1, waitMs: 0 });
    if (!page) return;
    this.recent = [];
    this.cursor = page.cursor;
    this.floor = BigInt(page.cursor);
    void this.poll();
  }

  private async poll(): Promise<void> {
    while (this.readers.size > 0) {
      const page = await this.readUntilAnswered({
        topics,
        limit: PAGE,
        waitMs: WAIT_MS,
        ...(this.cursor !== undefined && { after: this.cursor }),
      });
      if (!page) break;
      this.cursor = page.cursor;
      if (page.missed) for (const reader of this.readers) if (reader.live) reader.subscriber.missed();
      this.remember(page.events);
      for (const reader of this.readers) if (reader.live) this.deliver(reader, page.events);
    }
    // The next subscriber starts a new feed: nobody listened to what happens meanwhile.
    this.started = undefined;
  }

  private remember(events: readonly LiveEvent[]): void {
    for (const event of events) this.recent.push(event);
    const excess = this.recent.length - RECENT;
    if (excess <= 0) return;
    const dropped = this.recent.splice(0, excess);
    this.floor = BigInt((dropped.at(-1) as LiveEvent).id);
  }

  private async join(reader: Reader, onlyNew: boolean): Promise<void> {
    if (onlyNew) reader.position = this.end();
    else if (reader.position > this.end() && !(await this.exists(reader))) {
      reader.position = this.end();
      reader.subscriber.missed();
    }
    while (reader.position < this.floor && !reader.left) {
      const { floor } = this;
      const { topics: wanted, chargePointId } = reader.subscriber;
      const page = await this.readUntilAnswered(
        {
          after: String(reader.position),
          topics: [...wanted],
          limit: PAGE,
          waitMs: 0,
          ...(chargePointId !== undefined && { chargePointId }),
        },
        reader,
      );
      if (!page) return;
      if (page.missed) reader.subscriber.missed();
      this.deliver(reader, page.events);
      reader.position = later(reader.position, BigInt(page.cursor));
      // A short page means that there is nothing more up to now, which is after `floor`: `recent` goes on from there.
      if (page.events.length < PAGE) reader.position = later(reader.position, floor);
      await reader.subscriber.drained();
    }
    if (reader.left) return;
    this.deliver(reader, this.recent);
    reader.live = true;
  }

  /** Where the shared poll is. */
  private end(): bigint {
    return BigInt(this.cursor ?? 0);
  }

  /** Whether a position ahead of the shared poll can be: it cannot after the data directory was replaced. */
  private async exists(reader: Reader): Promise<boolean> {
    const page = await this.readUntilAnswered({ topics, limit: 1, waitMs: 0 }, reader);
    return page !== undefined && reader.position <= BigInt(page.cursor);
  }

  private deliver(reader: Reader, events: readonly LiveEvent[]): void {
    const { subscriber } = reader;
    for (const event of events) {
      if (reader.left) return;
      const id = BigInt(event.id);
      if (id <= reader.position) continue;
      reader.position = id;
      if (!subscriber.topics.has(event.topic)) continue;
      const { chargePointId } = subscriber;
      if (chargePointId !== undefined && event.data.chargePointId !== chargePointId) continue;
      subscriber.event(event);
    }
  }

  /** Reads, with growing pauses while analytics is away. Undefined once the feed is closed or `reader` has left. */
  private async readUntilAnswered(request: EventsRequest, reader?: Reader): Promise<EventsPage | undefined> {
    let pause = FIRST_RETRY_MS;
    while (!this.closing.signal.aborted && !reader?.left) {
      try {
        const deadlineMs = request.waitMs + DEADLINE_MARGIN_MS;
        return await this.link.call(PROCESS, 'events.read', request, { deadlineMs });
      } catch (error) {
        this.warn.warn({ err: error }, 'live events cannot be read from analytics');
      }
      await delay(pause, undefined, { signal: this.closing.signal, ref: false }).catch(() => undefined);
      pause = Math.min(pause * 2, LAST_RETRY_MS);
    }
    return undefined;
  }
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
