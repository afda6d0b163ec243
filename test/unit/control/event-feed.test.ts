import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventFeed, type Subscriber } from '../../../src/control/event-feed.ts';
import { type EventFilter, topics } from '../../../src/control/event-filter.ts';
import type { Link } from '../../../src/link/link.ts';
import type { EventsPage, EventsRequest, LiveEvent, Topic } from '../../../src/link/methods.ts';
import { createRelay, type Relay } from '../../../src/link/relay.ts';
import { logTo } from '../../../src/telemetry/log.ts';

const silent = logTo({ write: () => undefined }, 'silent', 'test');

/** Analytics as far as live events go: keeps the newest `kept` events. */
class EventSource {
  readonly reads: EventsRequest[] = [];
  private events: LiveEvent[] = [];
  private last = 0;
  private dropped = 0;
  private readonly waiting = new Set<() => void>();
  private readonly kept: number;

  constructor(link: Link, kept = Number.POSITIVE_INFINITY) {
    this.kept = kept;
    link.serve('events.read', (request) => this.read(request));
  }

  add(topic: Topic, chargePointId: string, count = 1): void {
    for (let i = 0; i < count; i++)
      this.events.push({ id: String(++this.last), topic, data: { chargePointId } });
    while (this.events.length > this.kept) this.dropped = Number(this.events.shift()?.id);
    this.wakeAll();
  }

  /** As another process with a clock that went back. */
  beginAnew(): void {
    this.events = [];
    this.last = 0;
    this.wakeAll();
  }

  longPolls(): EventsRequest[] {
    return this.reads.filter(({ waitMs }) => waitMs > 0);
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  private async read(request: EventsRequest): Promise<EventsPage> {
    this.reads.push(request);
    const after = request.after === undefined ? this.last : Number(request.after);
    if (request.waitMs > 0 && this.after(after, request).length === 0) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
    const events = this.after(after, request).slice(0, request.limit);
    const cursor = events.length === request.limit ? (events.at(-1) as LiveEvent).id : String(this.last);
    return { events, cursor, missed: after < this.dropped };
  }

  private after(id: number, { topics: wanted, chargePointId }: EventsRequest): LiveEvent[] {
    return this.events.filter(
      (event) =>
        Number(event.id) > id &&
        wanted.includes(event.topic) &&
        (chargePointId === undefined || event.data.chargePointId === chargePointId),
    );
  }
}

class Listener implements Subscriber {
  readonly filter: EventFilter;
  readonly got: string[] = [];
  joinedAfter: bigint | undefined;
  /** Takes so many at a time; absent: all. */
  take?: number;
  /** Ready for more. */
  more: () => void = () => undefined;

  constructor(wanted: readonly Topic[] = topics, chargePointId?: string, fleetTopics: readonly Topic[] = []) {
    this.filter = {
      topics: new Set(wanted),
      fleetTopics: new Set(fleetTopics),
      sees: () => true,
      ...(chargePointId !== undefined && { chargePointIds: new Set([chargePointId]) }),
    };
  }

  joined(id: bigint): void {
    expect(this.got).toEqual([]);
    this.joinedAfter = id;
  }

  event({ id }: LiveEvent): boolean {
    this.got.push(id);
    return this.take === undefined || this.got.length % this.take !== 0;
  }

  missed(): void {
    this.got.push('missed');
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.more = resolve;
    });
  }

  end(reason: string): void {
    this.got.push(reason);
  }
}

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

describe('live events', () => {
  let relay: Relay;
  let source: EventSource;
  let feed: EventFeed;

  const start = (kept?: number) => {
    relay = createRelay();
    source = new EventSource(relay.join('analytics'), kept);
    feed = new EventFeed(relay.join('control'), silent);
  };

  beforeEach(() => start());
  afterEach(() => feed.close());

  /** Resolves when the shared poll waits for what comes next. */
  const settled = () => vi.waitFor(() => expect(source.longPolls().length).toBeGreaterThan(0));

  test('reach every client that asked for their topic and charge point, out of one poll', async () => {
    const all = new Listener();
    const status = new Listener(['status']);
    const one = new Listener(topics, 'CP-2');
    for (const listener of [all, status, one]) feed.subscribe(listener);
    await settled();
    source.add('status', 'CP-1');
    source.add('transactions', 'CP-2');
    await vi.waitFor(() => expect(all.got).toEqual(['1', '2']));
    expect(status.got).toEqual(['1']);
    expect(one.got).toEqual(['2']);
    expect(source.longPolls().length).toBeLessThanOrEqual(3);
  });

  test('come of every charge point on some topics, and of one on the others', async () => {
    source.add('status', 'CP-1', 10_500);
    const mixed = new Listener(['status'], 'CP-2', ['transactions']);
    const all = new Listener();
    feed.subscribe(all);
    await settled();
    source.add('transactions', 'CP-1');
    source.add('status', 'CP-1');
    source.add('status', 'CP-2');
    await vi.waitFor(() => expect(all.got.length).toBe(3));
    // Catches up with reads of its own, then takes part in the shared ones.
    feed.subscribe(mixed, 10_400n);
    await vi.waitFor(() => expect(mixed.got).toEqual(['10501', '10503']));
    source.add('status', 'CP-1');
    source.add('transactions', 'CP-3');
    await vi.waitFor(() => expect(mixed.got).toEqual(['10501', '10503', '10505']));
  });

  test('tell how something is now to whoever joins and whenever it changes, and the last of it to who is slow', async () => {
    feed.tell('alarms', { standing: 1 });
    const listener = new Listener(['alarms']);
    const another = new Listener(['status']);
    const slow = new Listener(['alarms', 'status']);
    slow.take = 1;
    const told = vi.spyOn(slow, 'event');
    for (const each of [listener, another, slow]) feed.subscribe(each);
    await settled();
    await vi.waitFor(() => expect(listener.got).toEqual(['']));
    for (const standing of [2, 3]) feed.tell('alarms', { standing });
    expect(listener.got).toEqual(['', '', '']);
    slow.more();
    await vi.waitFor(() => expect(told.mock.lastCall?.[0].data).toEqual({ standing: 3 }));
    expect(told).toHaveBeenCalledTimes(2);
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(another.got).toEqual(['1']));
  });

  test('say where a client begins, and up to where it has everything', async () => {
    source.add('status', 'CP-1', 5);
    const listener = new Listener(topics, 'CP-2');
    const slow = new Listener();
    slow.take = 1;
    const { position } = feed.subscribe(listener, 3n);
    const slowly = feed.subscribe(slow);
    expect(position()).toBeUndefined();
    await settled();
    expect([listener.joinedAfter, slow.joinedAfter]).toEqual([3n, 5n]);
    expect(position()).toBe(5n);
    source.add('status', 'CP-1', 4);
    await vi.waitFor(() => expect(position()).toBe(9n));
    expect(listener.got).toEqual([]);
    expect([slow.got, slowly.position()]).toEqual([['6'], undefined]);
  });

  test('begin with what is new for a client that never listened before', async () => {
    source.add('status', 'CP-1', 5);
    const listener = new Listener();
    feed.subscribe(listener);
    await settled();
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(listener.got).toEqual(['6']));
    const late = new Listener();
    feed.subscribe(late);
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(listener.got).toEqual(['6', '7']));
    await vi.waitFor(() => expect(late.got).toEqual(['7']));
  });

  test('go on where a client was, once each and in order, while new ones arrive', async () => {
    source.add('status', 'CP-1', 1300);
    const listener = new Listener();
    feed.subscribe(listener, 100n);
    await settled();
    source.add('status', 'CP-1', 50);
    await vi.waitFor(() => expect(listener.got.at(-1)).toBe('1350'));
    expect(listener.got).toEqual(range(101, 1350));
  });

  test('are resumed from memory where another client keeps the feed going', async () => {
    feed.subscribe(new Listener());
    await settled();
    source.add('status', 'CP-1', 20);
    await vi.waitFor(() => expect(source.reads.at(-1)?.after).toBe('20'));
    const reads = source.reads.length;
    const back = new Listener();
    feed.subscribe(back, 15n);
    await vi.waitFor(() => expect(back.got).toEqual(range(16, 20)));
    expect(source.reads.length).toBe(reads);
  });

  test('that are gone are not passed over in silence', async () => {
    feed.close();
    start(10);
    source.add('status', 'CP-1', 30);
    const listener = new Listener();
    feed.subscribe(listener, 5n);
    await vi.waitFor(() => expect(listener.got).toEqual(['missed', ...range(21, 30)]));
  });

  test('that analytics lost while it was read are told to everybody at that place', async () => {
    feed.close();
    start(10);
    const listener = new Listener();
    feed.subscribe(listener);
    await settled();
    source.add('status', 'CP-1', 30);
    await vi.waitFor(() => expect(listener.got).toEqual(['missed', ...range(21, 30)]));
    const back = new Listener();
    feed.subscribe(back, 0n);
    await vi.waitFor(() => expect(back.got).toEqual(listener.got));
  });

  test('after an id that cannot exist yet begin with what is new, and say so', async () => {
    source.add('status', 'CP-1', 3);
    const listener = new Listener();
    feed.subscribe(listener, 999n);
    await vi.waitFor(() => expect(listener.got).toEqual(['missed']));
    await settled();
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(listener.got).toEqual(['missed', '4']));
  });

  test('are not polled for when nobody listens, and end for a client that leaves', async () => {
    const listener = new Listener();
    const { leave } = feed.subscribe(listener);
    await settled();
    leave();
    source.add('status', 'CP-1');
    // The answer of the last poll is on its way: once it is there, nothing is asked any more.
    await nextTurn();
    const reads = source.reads.length;
    source.add('status', 'CP-1');
    await nextTurn();
    expect(source.reads.length).toBe(reads);
    const next = new Listener();
    feed.subscribe(next);
    await vi.waitFor(() => expect(source.reads.at(-1)?.after).toBe('2'));
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(next.got).toEqual(['3']));
    expect(listener.got).toEqual([]);
  });

  test('wait for a client that takes them slowly, and keep the others going', async () => {
    const slow = new Listener();
    slow.take = 2;
    const quick = new Listener();
    feed.subscribe(slow);
    feed.subscribe(quick);
    await settled();
    source.add('status', 'CP-1', 5);
    await vi.waitFor(() => expect(quick.got).toEqual(range(1, 5)));
    expect(slow.got).toEqual(['1', '2']);
    slow.more();
    await vi.waitFor(() => expect(slow.got).toEqual(range(1, 4)));
    slow.more();
    await vi.waitFor(() => expect(slow.got).toEqual(range(1, 5)));
  });

  test('end for a client that is so slow that they are no longer kept', async () => {
    const slow = new Listener();
    slow.take = 3;
    const quick = new Listener();
    feed.subscribe(slow);
    feed.subscribe(quick);
    await settled();
    source.add('status', 'CP-1', 10_500);
    await vi.waitFor(() => expect(quick.got.length).toBe(10_500));
    await vi.waitFor(() => expect(slow.got).toEqual([...range(1, 3), 'slow_client']));
    slow.more();
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(quick.got.length).toBe(10_501));
    expect(slow.got.length).toBe(4);
  });

  test('whose ids begin anew end for everybody, who may come back', async () => {
    source.add('status', 'CP-1', 9);
    const listener = new Listener();
    feed.subscribe(listener, 0n);
    await vi.waitFor(() => expect(listener.got).toEqual(range(1, 9)));
    await settled();
    source.beginAnew();
    await vi.waitFor(() => expect(listener.got.at(-1)).toBe('restarted'));
    const back = new Listener();
    feed.subscribe(back, 9n);
    await vi.waitFor(() => expect(back.got).toEqual(['missed']));
    await nextTurn();
    source.add('status', 'CP-1');
    await vi.waitFor(() => expect(back.got).toEqual(['missed', '1']));
  });

  test('survive analytics being away', async () => {
    const lonely = createRelay();
    const later = new EventFeed(lonely.join('control'), silent);
    const listener = new Listener();
    later.subscribe(listener);
    const back = new EventSource(lonely.join('analytics'));
    await vi.waitFor(() => expect(back.longPolls().length).toBe(1), { timeout: 5000 });
    back.add('connections', 'CP-9');
    await vi.waitFor(() => expect(listener.got).toEqual(['1']));
    later.close();
  });
});
