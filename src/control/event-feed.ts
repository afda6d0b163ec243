import { setTimeout as delay } from 'node:timers/promises';
import type { Link } from '../link/link.ts';
import type { EventsPage, EventsRequest, LiveEvent, Topic } from '../link/methods.ts';
import { type Log, throttled } from '../telemetry/log.ts';
import { type EventFilter, questionOf, topics, wants } from './event-filter.ts';

const PROCESS = 'analytics';
/** Events per read. */
const PAGE = 500;
/** How long a read waits for the first event, ms. */
const WAIT_MS = 20_000;
const DEADLINE_MARGIN_MS = 2000;
/** Events kept for readers that are behind or come back: newer ones push out the oldest. */
const RECENT = 10_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;

/** Who gets the events: one client. All of these are called in the order of events. */
export interface Subscriber {
  readonly filter: EventFilter;
  /**
   * It gets every event that it wants after this id from now on, or hears `missed`. Called once, before all
   * else.
   */
  joined(id: bigint): void;
  /** Returns whether it takes more now; if not, `drained` says when. */
  event(event: LiveEvent): boolean;
  /** Events between the last one and the next are gone. */
  missed(): void;
  /** Resolves when more may come. */
  drained(): Promise<void>;
  /**
   * Nothing follows: it is so slow that what it should get next is no longer kept, or the ids of events begin
   * anew.
   */
  end(reason: 'slow_client' | 'restarted'): void;
}

export interface Subscription {
  /** Ends the delivery. */
  leave(): void;
  /** Id up to which the subscriber was given all that it wants; undefined while something waits for it. */
  position(): bigint | undefined;
}

interface Reader {
  readonly subscriber: Subscriber;
  /** Id up to which it had everything when it joined the shared poll. */
  position: bigint;
  /**
   * Number of the next entry that it gets, counted from the start of the feed; undefined while it catches up.
   */
  next: number | undefined;
  /** True while it waits to take more. */
  full: boolean;
  /** The last of `state` that it was given. */
  knows: LiveEvent | undefined;
  left: boolean;
}

/** An event as kept for a while; without one, a place where events are missing. */
interface Entry {
  readonly id: bigint;
  readonly event?: LiveEvent;
}

/**
 * Live events for many clients out of few calls: one long poll to analytics while anybody listens, fanned
 * out. Each client takes them at its own pace from what is kept here. One that resumes further back catches
 * up with reads of its own first.
 */
export class EventFeed {
  private readonly link: Link;
  private readonly warn;
  private readonly readers = new Set<Reader>();
  private readonly closing = new AbortController();
  private started: Promise<void> | undefined;
  private recent: Entry[] = [];
  /** How many entries were pushed out of `recent`: the number of its first one. */
  private dropped = 0;
  /** Everything up to here was pushed out of `recent` or never in it. */
  private floor = 0n;
  /** Where the shared poll is. */
  private cursor = '0';
  /** How something is: each reader gets it when it joins, and whenever it changes. */
  private state: LiveEvent | undefined;

  constructor(link: Link, log: Log) {
    this.link = link;
    this.warn = throttled(log, 10_000);
  }

  /** Starts to deliver: after the event `after`, or only new ones. */
  subscribe(subscriber: Subscriber, after?: bigint): Subscription {
    const reader: Reader = {
      subscriber,
      position: after ?? -1n,
      next: undefined,
      full: false,
      left: false,
      knows: undefined,
    };
    this.readers.add(reader);
    this.started ??= this.start();
    void this.started.then(() => this.join(reader, after === undefined));
    return {
      leave: () => {
        reader.left = true;
        this.readers.delete(reader);
      },
      position: () =>
        reader.next === this.dropped + this.recent.length
          ? later(reader.position, BigInt(this.cursor))
          : undefined,
    };
  }

  /** Tells how something is now. What it was before makes no difference to those who have not heard it. */
  tell(topic: Topic, data: LiveEvent['data']): void {
    this.state = { id: '', topic, data };
    for (const reader of this.readers) this.deliver(reader);
  }

  /** Ends all delivery. */
  close(): void {
    this.closing.abort();
    for (const reader of this.readers) reader.left = true;
    this.readers.clear();
  }

  /** Learns where the feed is now, so that nothing after this moment can be overlooked, then polls on. */
  private async start(): Promise<void> {
    const page = await this.read({ topics, limit: 1, waitMs: 0 });
    if (!page) return;
    this.dropped += this.recent.length;
    this.recent = [];
    this.cursor = page.cursor;
    this.floor = BigInt(page.cursor);
    void this.poll();
  }

  private async poll(): Promise<void> {
    while (this.readers.size > 0) {
      const page = await this.read({ after: this.cursor, topics, limit: PAGE, waitMs: WAIT_MS });
      if (!page) break;
      if (BigInt(page.cursor) < BigInt(this.cursor)) {
        // The clock or the data directory of analytics went back: clients come again, and hear that they
        // missed something.
        for (const reader of this.readers) this.end(reader, 'restarted');
        break;
      }
      this.keep(page);
      for (const reader of this.readers) this.deliver(reader);
    }
    // The next subscriber starts a new feed: nobody listened to what happens meanwhile.
    this.started = undefined;
  }

  private keep({ events, missed, cursor }: EventsPage): void {
    if (missed) this.recent.push({ id: BigInt(events[0]?.id ?? cursor) });
    for (const event of events) this.recent.push({ id: BigInt(event.id), event });
    this.cursor = cursor;
    const excess = this.recent.length - RECENT;
    if (excess <= 0) return;
    this.floor = (this.recent[excess - 1] as Entry).id;
    this.recent.splice(0, excess);
    this.dropped += excess;
  }

  /** Gives a reader what it has not got yet, as long as it takes it. */
  private deliver(reader: Reader): void {
    if (reader.next === undefined || reader.left) return;
    if (reader.next < this.dropped) {
      this.end(reader, 'slow_client');
      return;
    }
    while (!reader.full && !reader.left) {
      const entry = this.recent[reader.next - this.dropped];
      if (!entry) break;
      reader.next++;
      // A reader that caught up by itself may be ahead of the shared poll.
      if (entry.id > reader.position && !give(reader.subscriber, entry)) this.pause(reader);
    }
    if (reader.full || reader.left || !this.state || reader.knows === this.state) return;
    reader.knows = this.state;
    if (!give(reader.subscriber, { id: 0n, event: this.state })) this.pause(reader);
  }

  private end(reader: Reader, reason: 'slow_client' | 'restarted'): void {
    reader.left = true;
    this.readers.delete(reader);
    reader.subscriber.end(reason);
  }

  private pause(reader: Reader): void {
    reader.full = true;
    void reader.subscriber.drained().then(() => {
      reader.full = false;
      this.deliver(reader);
    });
  }

  private async join(reader: Reader, onlyNew: boolean): Promise<void> {
    const { subscriber } = reader;
    const isFromElsewhere = !onlyNew && reader.position > BigInt(this.cursor) && !(await this.exists(reader));
    if (onlyNew || isFromElsewhere) reader.position = BigInt(this.cursor);
    if (reader.left) return;
    subscriber.joined(reader.position);
    if (isFromElsewhere) subscriber.missed();
    while (reader.position < this.floor && !reader.left) {
      const page = await this.read(
        {
          after: String(reader.position),
          ...questionOf(subscriber.filter),
          limit: PAGE,
          waitMs: 0,
        },
        reader,
      );
      if (!page) return;
      if (page.missed) subscriber.missed();
      for (const event of page.events) {
        if (!give(subscriber, { id: 0n, event })) await subscriber.drained();
      }
      reader.position = later(reader.position, BigInt(page.cursor));
    }
    reader.next = this.dropped;
    this.deliver(reader);
  }

  /** Whether a position ahead of the shared poll can be: it cannot after the data directory was replaced. */
  private async exists(reader: Reader): Promise<boolean> {
    const page = await this.read({ topics, limit: 1, waitMs: 0 }, reader);
    return page !== undefined && reader.position <= BigInt(page.cursor);
  }

  /**
   * Reads, with growing pauses while analytics is away. Undefined once the feed is closed or `reader` has
   * left.
   */
  private async read(request: EventsRequest, reader?: Reader): Promise<EventsPage | undefined> {
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

/** Hands an entry over where the subscriber wants it; returns whether it takes more now. */
function give(subscriber: Subscriber, { event }: Entry): boolean {
  if (!event) {
    subscriber.missed();
    return true;
  }
  return wants(subscriber.filter, event) ? subscriber.event(event) : true;
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
