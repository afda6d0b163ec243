import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Closing,
  type Endpoint,
  WebSocketClient,
  type WebSocketOwner,
} from '../../src/simulator/websocket-client.ts';

class Owner implements WebSocketOwner {
  opened = 0;
  closing = 0;
  readonly texts: string[] = [];
  readonly closed: Closing[] = [];
  onSocketOpen(): void {
    this.opened++;
  }
  onSocketText(text: string): void {
    this.texts.push(text);
  }
  onSocketClosing(): void {
    this.closing++;
  }
  onSocketClosed(closing: Closing): void {
    this.closed.push(closing);
  }
}

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 5 });
const endpoint = (port: number, more: Partial<Endpoint> = {}): Endpoint => ({
  host: '127.0.0.1',
  port,
  path: '/ocpp/CP-1',
  subprotocols: ['ocpp1.6'],
  ...more,
});

async function connected(more: Partial<Endpoint> = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  cleanUps.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  const owner = new Owner();
  const peer = once(server, 'connection');
  const client = new WebSocketClient(endpoint((server.address() as AddressInfo).port, more), owner);
  const [socket, request] = (await peer) as [
    WebSocket,
    { url: string; headers: Record<string, string>; socket: { remoteAddress: string } },
  ];
  await until(() => expect(owner.opened).toBe(1));
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  return { client, owner, socket, request, received };
}

test('texts of any size go both ways in order, whole or fragmented', async () => {
  const { client, owner, socket, received } = await connected();
  const texts = ['', 'a', 'ü€😀', 'x'.repeat(125), 'x'.repeat(126), 'y'.repeat(65_535), 'z€'.repeat(70_000)];
  for (const text of texts) client.send(text);
  await until(() => expect(received).toHaveLength(texts.length));
  expect(received.every((text, place) => text === texts[place])).toBe(true);

  for (const text of texts) socket.send(text);
  socket.send('first ', { fin: false });
  socket.send('second', { fin: true });
  await until(() => expect(owner.texts).toHaveLength(texts.length + 1));
  expect(owner.texts.slice(0, -1).every((text, place) => text === texts[place])).toBe(true);
  expect(owner.texts.at(-1)).toBe('first second');
});

test('a ping is answered with its payload, and a ping of the client is one', async () => {
  const { client, socket } = await connected();
  const pong = once(socket, 'pong');
  socket.ping('are you there');
  expect(String((await pong)[0])).toBe('are you there');
  const ping = once(socket, 'ping');
  client.ping();
  await ping;
});

test('a slow reader on the other side: what the kernel does not take at once still arrives unharmed', async () => {
  const { client, socket, received } = await connected();
  socket.pause();
  const texts = Array.from({ length: 400 }, (_, place) => `${place} ${'#'.repeat(20_000)}`);
  for (const text of texts) client.send(text);
  expect(client.backlog).toBeGreaterThan(0);
  socket.resume();
  await until(() => expect(received).toHaveLength(400));
  expect(received.every((text, place) => text === texts[place])).toBe(true);
});

test('the server closes: code and reason reach the owner, once', async () => {
  const { owner, socket } = await connected();
  socket.close(1001, 'restart');
  await until(() => expect(owner.closed).toEqual([{ code: 1001, reason: 'restart' }]));
  expect(owner.closing).toBe(1);
});

test('the client closes with a handshake; afterwards nothing is sent any more', async () => {
  const { client, owner, socket } = await connected();
  const closed = once(socket, 'close');
  client.close(1000, 'done');
  expect(client.send('late')).toBe(false);
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, String(reason)]).toEqual([1000, 'done']);
  await until(() => expect(owner.closed).toEqual([{ code: 1000, reason: 'done' }]));
});

test('a connection that just breaks is 1006', async () => {
  const { owner, socket } = await connected();
  socket.terminate();
  await until(() => expect(owner.closed[0]?.code).toBe(1006));
});

test('the request carries path, subprotocol, credentials and the chosen local address', async () => {
  const { client, request } = await connected({
    path: '/ocpp/CP%201',
    authorization: 'Basic eDp5',
    localAddress: '127.0.0.9',
  });
  expect(client.subprotocol).toBe('ocpp1.6');
  expect(request.url).toBe('/ocpp/CP%201');
  expect(request.headers.authorization).toBe('Basic eDp5');
  expect(request.socket.remoteAddress).toBe('127.0.0.9');
});

test('a refusal before the upgrade names its HTTP status', async () => {
  const server = createHttpServer();
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  cleanUps.push(() => server.close());
  await once(server, 'listening');
  const owner = new Owner();
  new WebSocketClient(endpoint((server.address() as AddressInfo).port), owner);
  await until(() =>
    expect(owner.closed).toEqual([{ code: 1006, reason: 'HTTP/1.1 404 Not Found', status: 404 }]),
  );
  expect(owner.opened).toBe(0);
});

test.each([
  [
    'a wrong accept key',
    'Sec-WebSocket-Accept: bm9wZQ==\r\nSec-WebSocket-Protocol: ocpp1.6',
    'Sec-WebSocket-Accept',
  ],
])('%s is no handshake', async (_, headers, reason) => {
  const server = createServer((socket) =>
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`,
    ),
  );
  server.listen(0, '127.0.0.1');
  cleanUps.push(() => server.close());
  await once(server, 'listening');
  const owner = new Owner();
  new WebSocketClient(endpoint((server.address() as AddressInfo).port), owner);
  await until(() => expect(owner.closed[0]?.reason).toContain(reason));
  expect(owner.opened).toBe(0);
});

test('a subprotocol that was not offered, or none, is no handshake', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false });
  cleanUps.push(() => server.close());
  await once(server, 'listening');
  const owner = new Owner();
  new WebSocketClient(endpoint((server.address() as AddressInfo).port), owner);
  await until(() => expect(owner.closed[0]?.reason).toContain('was not offered'));
});

test('nobody listens: the owner hears it, once', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const owner = new Owner();
  new WebSocketClient(endpoint(port), owner);
  await until(() => expect(owner.closed).toHaveLength(1));
  expect(owner.closed[0]?.reason).toContain('ECONNREFUSED');
});
