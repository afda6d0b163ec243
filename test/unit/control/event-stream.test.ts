import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventStream } from '../../../src/control/event-stream.ts';
import { EventReader } from '../../support/event-reader.ts';

describe('a stream of server-sent events', () => {
  let server: Server;
  let response: ServerResponse;
  let client: EventReader;
  let stream: EventStream;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = new EventReader(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
    [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    response.writeHead(200);
    stream = new EventStream(
      response,
      { topics: new Set(['status']), fleetTopics: new Set(), sees: () => true },
      {
        kind: 'key',
        id: 'looker',
        displayName: null,
        role: 'viewer',
        scope: null,
        hasPassword: false,
        owesPassword: false,
        expiresAt: null,
      },
    );
    await client.head;
  });
  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });

  const event = (id: number, padding = '') => ({
    id: String(id),
    topic: 'status' as const,
    data: { padding },
  });

  /** Sends until the connection takes no more. */
  function fill(): void {
    let id = 0;
    while (stream.event(event(++id, 'x'.repeat(1000))));
  }

  /** Sends until the buffers of the system are full too, and nothing moves any more. */
  async function fillUp(): Promise<void> {
    client.hang();
    for (let still = 0; still < 50; still++) {
      if (!response.writableNeedDrain) {
        fill();
        still = 0;
      }
      await nextTurn();
    }
  }

  test('writes events with their id, topic and data', async () => {
    expect(stream.event(event(7))).toBe(true);
    stream.missed();
    await vi.waitFor(() => expect(client.events.length).toBe(2));
    expect(client.events).toEqual([
      { id: '7', event: 'status', data: { padding: '' } },
      { event: 'missed', data: {} },
    ]);
  });

  test('begins with whom it was recognised as, and tells its place where that has changed', async () => {
    stream.joined(3n);
    for (const [index, position] of [undefined, 3n, 5n, 5n].entries()) {
      stream.heartbeat(position);
      await vi.waitFor(() => expect(client.comments).toBe(index + 1));
    }
    expect(client.marks).toEqual([
      {
        id: '3',
        event: 'joined',
        data: {
          listener: {
            kind: 'key',
            id: 'looker',
            displayName: null,
            role: 'viewer',
            scope: null,
            hasPassword: false,
            owesPassword: false,
            expiresAt: null,
          },
        },
      },
      { id: '5', event: 'position', data: {} },
    ]);
  });

  test('takes no more than fits, and tells when there is room again', async () => {
    fill();
    await stream.drained();
    expect(response.writableNeedDrain).toBe(false);
    expect(stream.event(event(9_999_999))).toBe(true);
    await vi.waitFor(() => expect(client.events.at(-1)?.id).toBe('9999999'));
  });

  test('keeps a client that takes its heartbeats', async () => {
    for (let beat = 1; beat <= 3; beat++) {
      stream.heartbeat();
      await vi.waitFor(() => expect(client.comments).toBe(beat));
    }
    expect(response.writableEnded).toBe(false);
  });

  test('ends a client that takes nothing between two heartbeats, and its connection soon after', async () => {
    await fillUp();
    stream.heartbeat();
    expect(response.writableEnded).toBe(false);
    stream.heartbeat();
    expect(response.writableEnded).toBe(true);
    await once(response, 'close');
  });

  test('leaves nobody waiting for a client that went away', async () => {
    await fillUp();
    const drained = stream.drained();
    client.close();
    await drained;
    expect(stream.event(event(1))).toBe(false);
  });
});
