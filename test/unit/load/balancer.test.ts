import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Balancer, type Order } from '../../../load/cluster/balancer.ts';
import type { Health } from '../../../load/cluster/node-health.ts';
import { until } from '../../support/until.ts';

/** A node that says its name to whoever connects. */
class Speaker {
  readonly node: string;
  readonly port: number;
  readonly server: Server;
  readonly health = { now: 'ready' as Health, onGone: (then: () => void) => void this.#onGone.push(then) };
  readonly #onGone: (() => void)[] = [];

  private constructor(node: string, server: Server) {
    this.node = node;
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(node: string): Promise<Speaker> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).write(node);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return new Speaker(node, server);
  }

  becomeGone(): void {
    this.health.now = 'gone';
    for (const then of this.#onGone) then();
  }
}

async function balanced(order: Order = 'in turns') {
  const speakers = await Promise.all(['a', 'b', 'c'].map(Speaker.start));
  const balancer = await Balancer.start(speakers, order);
  onTestFinished(() => balancer.close());
  return { speakers, balancer };
}

/** Connects, and answers what is heard first: the name of a node, or nothing where the connection ends. */
async function dial(balancer: Balancer): Promise<{ socket: Socket; heard: string }> {
  const socket = connect(balancer.port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  const heard = await new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('close', () => resolve(''));
  });
  return { socket, heard };
}

async function heardBy(balancer: Balancer, times: number): Promise<string> {
  let heard = '';
  for (let time = 0; time < times; time++) heard += (await dial(balancer)).heard;
  return heard;
}

test('each connection goes to the next node, or all to the first one', async () => {
  const { balancer } = await balanced();
  expect(await heardBy(balancer, 5)).toBe('abcab');
  expect(Object.fromEntries(balancer.connections)).toEqual({ a: 2, b: 2, c: 1 });
  expect(await heardBy((await balanced('the first')).balancer, 3)).toBe('aaa');
});

test('a node that takes no connection, or is busy, is left out', async () => {
  const { balancer, speakers } = await balanced();
  const [a, b, c] = speakers as [Speaker, Speaker, Speaker];
  a.server.close();
  b.health.now = 'busy';
  expect(await heardBy(balancer, 3)).toBe('ccc');
  c.health.now = 'busy';
  expect((await dial(balancer)).heard).toBe('');
});

test('the connections of a node end when it is gone, and those of others stay', async () => {
  const { balancer, speakers } = await balanced();
  const [onA, onB] = [await dial(balancer), await dial(balancer)];
  speakers[0]?.becomeGone();
  await once(onA.socket, 'close');
  expect(onB.socket.destroyed).toBe(false);
  await until('it is counted no more', () => balancer.connections.get('a') === 0);
  expect(balancer.connections.get('b')).toBe(1);
});

test('what one side sends before it ends reaches the other', async () => {
  const text = 'x'.repeat(1_000_000);
  const server = createServer((socket) => void socket.end(text)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const health = { now: 'ready' as const, onGone: () => undefined };
  const balancer = await Balancer.start(
    [{ node: 'a', port: (server.address() as AddressInfo).port, health }],
    'in turns',
  );
  onTestFinished(() => balancer.close());
  let length = 0;
  const socket = connect(balancer.port, '127.0.0.1').on('data', (data) => {
    length += data.length;
  });
  await once(socket, 'close');
  expect(length).toBe(text.length);
  await until('no connection is left', () => balancer.connections.get('a') === 0);
});
