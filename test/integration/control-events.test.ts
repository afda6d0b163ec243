import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventsPage, EventsRequest, LiveEvent, Topic } from '../../src/link/methods.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { EventReader } from '../support/event-reader.ts';

describe('GET /events', () => {
  let control: ControlUnderTest;
  let readers: EventReader[];
  let events: LiveEvent[];
  let polls: number;
  let wake: () => void;

  beforeEach(async () => {
    control = await startControl();
    readers = [];
    events = [];
    polls = 0;
    wake = () => undefined;
    control.process('analytics').serve('events.read', read);
  });
  afterEach(async () => {
    for (const reader of readers) reader.close();
    await control.close();
  });

  /** What analytics does, for few events. */
  async function read({ after, limit, waitMs }: EventsRequest): Promise<EventsPage> {
    const from = after === undefined ? events.length : Number(after);
    if (waitMs > 0) polls++;
    if (waitMs > 0 && events.length === from) await new Promise<void>((resolve) => (wake = resolve));
    const page = events.slice(from, from + limit);
    return { events: page, cursor: page.at(-1)?.id ?? String(events.length), missed: false };
  }

  function happen(topic: Topic, chargePointId: string, more: object = {}): void {
    events.push({ id: String(events.length + 1), topic, data: { chargePointId, ...more } });
    wake();
  }

  async function listen(query = '', headers: Record<string, string> = {}): Promise<EventReader> {
    const reader = new EventReader(`${control.base}/api/v1/events${query}`, {
      authorization: `Bearer ${API_KEY}`,
      ...headers,
    });
    readers.push(reader);
    const { status, headers: sent } = await reader.head;
    expect(status).toBe(200);
    expect(sent['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(sent['x-content-type-options']).toBe('nosniff');
    return reader;
  }

  const listening = () => vi.waitFor(() => expect(polls).toBeGreaterThan(0));

  test('streams what happens to every client, by topic and charge point', async () => {
    const all = await listen();
    const some = await listen('?topics=status,connections&chargePointId=CP-2');
    await listening();
    happen('status', 'CP-1', { status: 'Charging', info: 'line\nbreak' });
    happen('status', 'CP-2');
    happen('transactions', 'CP-2');
    await vi.waitFor(() => expect(all.events.length).toBe(3));
    expect(all.events[0]).toEqual({
      id: '1',
      event: 'status',
      data: { chargePointId: 'CP-1', status: 'Charging', info: 'line\nbreak' },
    });
    await vi.waitFor(() => expect(some.events.map(({ id }) => id)).toEqual(['2']));
  });

  test('streams of several charge points, and some topics of all', async () => {
    const some = await listen(
      '?topics=status&chargePointId=CP-1&chargePointId=CP-2&fleetTopics=transactions',
    );
    await listening();
    for (const id of ['CP-1', 'CP-2', 'CP-3']) {
      happen('connections', id);
      happen('status', id);
      happen('transactions', id);
    }
    await vi.waitFor(() => expect(some.events.map(({ id }) => id)).toEqual(['2', '3', '5', '6', '9']));
  });

  test('goes on after the event that a client had last', async () => {
    for (let count = 0; count < 5; count++) happen('status', 'CP-1');
    const resumed = await listen('', { 'last-event-id': '3' });
    const first = await listen('?lastEventId=4');
    await vi.waitFor(() => expect(resumed.events.map(({ id }) => id)).toEqual(['4', '5']));
    await vi.waitFor(() => expect(first.events.map(({ id }) => id)).toEqual(['5']));
  });

  test.each([
    ['a topic', '?topics=weather'],
    ['an id', '?lastEventId=abc'],
    ['no topic', '?topics='],
    ['a topic of the fleet', '?fleetTopics=weather'],
    ['101 charge points', `?${'chargePointId=A&'.repeat(101)}`],
  ])('refuses %s before the stream begins', async (_what, query) => {
    const { status, body } = await control.send('GET', `/api/v1/events${query}`);
    expect([status, body.error.code]).toEqual([400, 'invalid_parameter']);
  });

  test('demands a key', async () => {
    expect((await fetch(`${control.base}/api/v1/events`)).status).toBe(401);
  });

  test('ends with the log-in or the key that it was begun with, and for nobody else', async () => {
    const created = await control.send('POST', '/api/v1/api-keys', {
      json: { id: 'looker', role: 'viewer' },
    });
    const logIn = async () => {
      const response = await fetch(`${control.base}/api/v1/session`, {
        method: 'POST',
        headers: { origin: control.base, 'content-type': 'application/json' },
        body: JSON.stringify({ key: created.body.key }),
      });
      const { expiresAt } = (await response.json()) as { expiresAt: string };
      return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] as string, expiresAt };
    };
    const [first, second] = [await logIn(), await logIn()];
    const streams = await Promise.all(
      [first, second].map(async ({ cookie }) => {
        const reader = new EventReader(`${control.base}/api/v1/events`, { cookie });
        readers.push(reader);
        expect((await reader.head).status).toBe(200);
        return reader;
      }),
    );
    const [left, staying] = streams as [EventReader, EventReader];
    const withKey = await listen('', { authorization: `Bearer ${created.body.key}` });
    const other = await listen();
    await vi.waitFor(() => expect(left.marks.length + withKey.marks.length).toBe(2));
    const listener = {
      kind: 'key',
      id: 'looker',
      displayName: null,
      role: 'viewer',
      scope: null,
      hasPassword: false,
      owesPassword: false,
    };
    expect(left.marks).toEqual([
      { id: '0', event: 'joined', data: { listener: { ...listener, expiresAt: first.expiresAt } } },
    ]);
    expect(withKey.marks[0]?.data).toEqual({ listener: { ...listener, expiresAt: null } });

    const headers = { cookie: first.cookie, origin: control.base };
    await fetch(`${control.base}/api/v1/session`, { method: 'DELETE', headers });
    await vi.waitFor(() => expect(left.ended).toBe(true), { timeout: 3000 });
    expect(left.events).toEqual([{ event: 'end', data: { reason: 'logged_out' } }]);
    happen('status', 'CP-1');
    await vi.waitFor(() => expect(staying.events.length + withKey.events.length).toBe(2));

    await control.send('DELETE', '/api/v1/api-keys/looker');
    await vi.waitFor(() => expect([staying.ended, withKey.ended]).toEqual([true, true]), { timeout: 3000 });
    happen('status', 'CP-2');
    await vi.waitFor(() => expect(other.events.length).toBe(2));
    expect([left, staying, withKey].map(({ events }) => events.length)).toEqual([1, 2, 2]);
  });

  test('drops a client that hangs, counts why, and goes on for the others', async () => {
    const hanging = await listen();
    const quick = await listen();
    await listening();
    hanging.hang();
    const padding = 'x'.repeat(1000);
    const metrics = async () => (await control.send('GET', '/metrics')).body as string;
    let sent = 0;
    // Until what the hanging client needs next is no longer kept: the system's buffers take some megabytes
    // first.
    await vi.waitFor(
      async () => {
        for (let burst = 0; burst < 2000; burst++, sent++) happen('status', 'CP-1', { padding });
        await vi.waitFor(() => expect(quick.events.length).toBe(sent), { timeout: 10_000, interval: 5 });
        expect(await metrics()).toMatch(
          /farad_api_event_streams_dropped_total\{[^}]*reason="slow_client"\} 1/,
        );
      },
      { timeout: 20_000 },
    );
    expect(quick.events.map(({ id }) => id)).toEqual(
      Array.from({ length: sent }, (_, index) => String(index + 1)),
    );
    expect(quick.ended).toBe(false);
    await vi.waitFor(async () => expect(await metrics()).toMatch(/farad_api_event_streams\{[^}]*\} 1\n/), {
      timeout: 10_000,
    });
  });

  test('ends with a reason when Farad stops, without holding it up', async () => {
    const reader = await listen();
    await listening();
    const before = performance.now();
    await control.app.close();
    expect(performance.now() - before).toBeLessThan(2000);
    await vi.waitFor(() => expect(reader.ended).toBe(true));
    expect(reader.events.at(-1)).toEqual({ event: 'end', data: { reason: 'shutting_down' } });
  });
});
