import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Listening } from '../../../src/console/live/listening.ts';
import { type Message, SharedFeed } from '../../../src/console/live/shared-feed.ts';
import { isWished, type LiveEvent, type Question, type Wish } from '../../../src/console/live/wish.ts';
import type { Session } from '../../../src/console/model.ts';

const OWN: Session = {
  kind: 'key',
  id: 'duty',
  displayName: null,
  role: 'operator',
  scope: null,
  hasPassword: false,
  owesPassword: false,
  timezone: null,
  expiresAt: '2026-03-01T20:00:00.000Z',
};

/** The API: streams that are open, and the events that it keeps. */
class Streams {
  readonly open = new Set<{
    tab: string;
    question: Question;
    after: string | undefined;
    listening: Listening;
  }>();
  opened = 0;
  listener = OWN;
  private readonly kept: { id: number; event: LiveEvent }[] = [];
  private last = 100;

  of(tab: string) {
    return (question: Question, after: string | undefined, listening: Listening) => {
      const stream = { tab, question, after, listening };
      this.open.add(stream);
      this.opened++;
      queueMicrotask(() => {
        listening.joined(after ?? String(this.last), this.listener);
        for (const { id, event } of this.kept) if (id > Number(after)) listening.event(String(id), event);
      });
      return () => void this.open.delete(stream);
    };
  }

  happen(chargePointId: string): void {
    const event: LiveEvent = { topic: 'status', data: { chargePointId } };
    this.kept.push({ id: ++this.last, event });
    for (const { listening } of this.open) listening.event(String(this.last), event);
  }

  holders(): string[] {
    return [...this.open].map(({ tab }) => tab);
  }
}

/** A tab whose page shows one charge point. */
class Tab {
  readonly got: string[] = [];
  readonly feed: SharedFeed;
  state = '';
  visible = true;
  /** Does nothing and hears nothing, as a crashed or frozen page. */
  dead = false;

  readonly name: string;

  constructor(name: string, browser: Browser, wish: Wish = { topics: ['status'], chargePointId: name }) {
    this.name = name;
    browser.tabs.add(this);
    this.feed = new SharedFeed({
      tab: name,
      isMe: (listener) => listener.expiresAt === OWN.expiresAt,
      ...(browser.hasChannel && { post: (message: Message) => browser.post(this, message) }),
      open: browser.streams.of(name),
      isVisible: () => this.visible,
      wishes: () => [wish],
      deliver: (event) => isWished(wish, event) && this.got.push(String(event.data.chargePointId)),
      missed: (by) => by(wish) && this.got.push('missed'),
      tell: ({ state }) => {
        this.state = state;
      },
      recognise: async () => void browser.recognised++,
    });
  }

  die(): void {
    this.dead = true;
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.feed.visibilityChanged();
  }
}

class Browser {
  readonly streams = new Streams();
  readonly tabs = new Set<Tab>();
  recognised = 0;
  readonly hasChannel: boolean;

  constructor(hasChannel = true) {
    this.hasChannel = hasChannel;
  }

  post(from: Tab, message: Message): void {
    if (from.dead) return;
    for (const tab of this.tabs) if (tab !== from && !tab.dead) queueMicrotask(() => tab.feed.hear(message));
  }

  close(): void {
    for (const { feed } of this.tabs) feed.close();
  }
}

describe('the event stream of a browser', () => {
  let browser: Browser;

  beforeEach(() => {
    vi.useFakeTimers();
    browser = new Browser();
  });
  afterEach(() => {
    browser.close();
    vi.useRealTimers();
  });

  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const named = (count: number) =>
    Array.from({ length: count }, (_, index) => new Tab(`CP-${index}`, browser));

  /** The events since the stream began for this tab: that some may be missed before that is said once. */
  const since = ({ got }: Tab) => got.slice(got.lastIndexOf('missed') + 1);

  test('is one, however many tabs there are, and brings each what it shows', async () => {
    const tabs = named(12);
    await pass(1000);
    expect(browser.streams.holders()).toHaveLength(1);
    expect([...browser.streams.open][0]?.question).toEqual({
      topics: ['status'],
      chargePointIds: tabs.map(({ name }) => name).sort(),
      fleetTopics: [],
    });
    for (const { name } of tabs) browser.streams.happen(name);
    await pass(1);
    for (const tab of tabs) expect([since(tab), tab.state]).toEqual([[tab.name], 'live']);
  });

  test('serves a tab that is alone, and one without a channel to others', async () => {
    const alone = new Tab('CP-1', browser);
    const lonely = new Browser(false);
    const [one, other] = [new Tab('CP-2', lonely), new Tab('CP-3', lonely)];
    await pass(1000);
    browser.streams.happen('CP-1');
    lonely.streams.happen('CP-3');
    await pass(1);
    expect(since(alone)).toEqual(['CP-1']);
    expect([since(one), since(other)]).toEqual([[], ['CP-3']]);
    expect(lonely.streams.holders().sort()).toEqual(['CP-2', 'CP-3']);
    lonely.close();
  });

  test.each([
    ['is closed', (tab: Tab) => tab.feed.close(), 400],
    ['is hidden', (tab: Tab) => tab.show(false), 400],
    // Whoever is dead does not close anything; its connection ends with it, or stays open for nothing.
    ['crashes', (tab: Tab) => tab.die(), 4500],
  ])('passes on when its tab %s, and nothing is missed', async (_what, end, withinMs) => {
    const tabs = named(4);
    await pass(1000);
    const [holder] = browser.streams.holders();
    const leader = tabs.find(({ name }) => name === holder) as Tab;
    const rest = tabs.filter((tab) => tab !== leader);
    end(leader);
    if (leader.dead) browser.streams.open.clear();
    for (const tab of rest) browser.streams.happen(tab.name);
    await pass(withinMs);
    expect(browser.streams.holders()).toHaveLength(1);
    expect(browser.streams.holders()).not.toEqual([holder]);
    for (const tab of rest) expect(since(tab)).toEqual([tab.name]);
    // A hidden tab goes on to hear.
    if (!leader.visible) {
      browser.streams.happen(leader.name);
      await pass(1);
      expect(since(leader)).toEqual([leader.name]);
    }
  });

  test('ends while nobody looks, goes on where it was, and is read anew after a long time', async () => {
    const tab = new Tab('CP-1', browser);
    await pass(1000);
    tab.show(false);
    expect(browser.streams.holders()).toEqual([]);
    browser.streams.happen('CP-1');
    await pass(10_000);
    tab.show(true);
    await pass(1000);
    expect(since(tab)).toEqual(['CP-1']);
    expect(tab.got.filter((what) => what === 'missed')).toHaveLength(1);
    tab.show(false);
    await pass(3_600_000);
    tab.show(true);
    await pass(1000);
    expect(tab.got.at(-1)).toBe('missed');
    expect([...browser.streams.open][0]?.after).toBeUndefined();
  });

  test('is given up by a frozen tab that wakes up beside the one that took its place', async () => {
    const [one, other] = named(2) as [Tab, Tab];
    await pass(1000);
    const leader = browser.streams.holders()[0] === one.name ? one : other;
    leader.dead = true;
    await pass(4500);
    expect(browser.streams.holders()).toHaveLength(2);
    leader.dead = false;
    await pass(2000);
    expect(browser.streams.holders()).toEqual([(leader === one ? other : one).name]);
  });

  test('brings what a further tab wants from the moment that it asks', async () => {
    new Tab('CP-1', browser);
    await pass(1000);
    const late = new Tab('CP-2', browser);
    browser.streams.happen('CP-2');
    await pass(300);
    expect(late.got).toContain('CP-2');
    expect(browser.streams.opened).toBe(2);
    // What it shows already is brought: no other stream for a second page about it.
    const same = new Tab('again', browser, { topics: ['status'], chargePointId: 'CP-2' });
    await pass(300);
    browser.streams.happen('CP-2');
    await pass(1);
    expect(same.got).toEqual(['CP-2']);
    expect(browser.streams.opened).toBe(2);
  });

  test('forgets what tabs wished for that are gone', async () => {
    new Tab('CP-1', browser);
    const gone = new Tab('CP-0', browser);
    await pass(1000);
    gone.die();
    await pass(60_000);
    new Tab('CP-3', browser);
    await pass(5000);
    const living = [...browser.streams.open].filter(({ tab }) => tab !== gone.name);
    expect(living.map(({ question }) => question.chargePointIds)).toEqual([['CP-1', 'CP-3']]);
  });

  test('comes back after a failure, asking first who is logged in, and says since when it is down', async () => {
    const tabs = named(2);
    await pass(1000);
    const [stream] = browser.streams.open;
    stream?.listening.failed();
    await pass(1);
    expect(tabs.map(({ state }) => state)).toEqual(['down', 'down']);
    browser.streams.happen('CP-1');
    expect(browser.recognised).toBe(1);
    await pass(2000);
    expect(tabs.map(({ state }) => state)).toEqual(['live', 'live']);
    expect(since(tabs[1] as Tab)).toEqual(['CP-1']);
  });

  test('shows nothing that comes for another log-in', async () => {
    browser.streams.listener = { ...OWN, expiresAt: '2026-03-01T23:00:00.000Z' };
    const tabs = named(2);
    await pass(500);
    browser.streams.happen('CP-0');
    browser.streams.happen('CP-1');
    await pass(1);
    expect(tabs.flatMap(({ got }) => got)).toEqual([]);
    expect(browser.recognised).toBeGreaterThan(0);
    expect(browser.streams.holders()).toEqual([]);
  });

  test('says that it is down when it does not begin', async () => {
    browser.streams.of = () => () => () => undefined;
    const tab = new Tab('CP-1', browser);
    await pass(4000);
    expect(tab.state).toBe('joining');
    await pass(2000);
    expect(tab.state).toBe('down');
  });
});
