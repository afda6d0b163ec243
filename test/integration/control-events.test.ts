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

  test('goes on after the event that a client had last', async () => {
    for (let count = 0; count < 5; count++) happen('status', 'CP-1');
    const resumed = await listen('', { 'last-event-id': '3' });
    const first = await listen('?lastEventId=4');
    await vi.waitFor(() => expect(resumed.events.map(({ id }) => id)).toEqual(['4', '5']));
    await vi.waitFor(() => expect(first.events.map(({ id }) => id)).toEqual(['5']));
  });

  test.each(['?topics=weather', '?lastEventId=abc', '?topics='])(
    'refuses %s before the stream begins',
    async (query) => {
      const { status, body } = await control.send('GET', `/api/v1/events${query}`);
      expect([status, body.error.code]).toEqual([400, 'invalid_parameter']);
    },
  );

  test('demands a key', async () => {
    expect((await fetch(`${control.base}/api/v1/events`)).status).toBe(401);
  });

  test('drops a client that hangs, counts why, and goes on for the others', async () => {
    const hanging = await listen();
    const quick = await listen();
    await listening();
    hanging.hang();
    const padding = 'x'.repeat(1000);
    const metrics = async () => (await control.send('GET', '/metrics')).body as string;
    let sent = 0;
    // Until what the hanging client needs next is no longer kept: the system's buffers take some megabytes first.
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
