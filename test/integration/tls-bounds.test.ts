import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { OcppClient } from '../support/ocpp-client.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { startTlsPort, type TlsPort, type TlsPortOptions } from '../support/tls-port.ts';
import { until } from '../support/until.ts';

async function start(options: TlsPortOptions): Promise<TlsPort> {
  const port = await startTlsPort(options);
  onTestFinished(() => port.close());
  return port;
}

/** A TCP connection of which nobody says anything yet. */
async function dial({ port }: TlsPort): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket
    .on('error', () => undefined)
    .on('data', (data) => {
      received += data.toString('latin1');
    });
  await once(socket, 'connect');
  return { socket, received: () => received };
}

/** The first record of a client, as Node's own sends it. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectTls({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

async function isServed(port: TlsPort): Promise<boolean> {
  const client = await OcppClient.connect(port.port, 'CP-1', { tls: { ca: port.authority.certificate } });
  client.send([2, '1', 'Heartbeat', {}]);
  const echo = await client.next();
  await client.close();
  return echo[1] === '1';
}

test('half-open handshakes are bounded, and lock nobody out: who was silent longest gives way', async () => {
  const port = await start({ maxHandshakes: 50, handshakeTimeout: 60_000 });
  const silent = await Promise.all(Array.from({ length: 200 }, () => dial(port)));
  await until(
    'the excess is closed',
    () => silent.filter(({ socket }) => socket.readableEnded).length === 150,
  );
  expect(port.inFlight()).toBe(50);
  expect(await isServed(port)).toBe(true);
  expect(port.count('too_many')).toBe(151);
  expect(port.inFlight()).toBeLessThanOrEqual(50);
});

test('a client that never finishes its handshake is closed, wherever it stops', async () => {
  const port = await start({ handshakeTimeout: 300 });
  const hello = await clientHello();
  const [silent, halfway, stalled] = [await dial(port), await dial(port), await dial(port)];
  halfway.socket.write(hello.subarray(0, 20));
  stalled.socket.write(hello);
  await until('it is answered', () => stalled.received() !== '');
  const closed = [silent, halfway, stalled].map(({ socket }) => socket);
  await until('all are closed', () => closed.every((socket) => socket.closed));
  expect(port.count('timeout')).toBe(3);
  expect(port.inFlight()).toBe(0);
  expect(await isServed(port)).toBe(true);
});

test('a hello that comes byte by byte is taken', async () => {
  const port = await start({});
  const peer = await dial(port);
  for (const byte of await clientHello()) {
    peer.socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  await until('it is answered', () => peer.received() !== '');
  expect(peer.received().charCodeAt(0)).toBe(0x16);
});

test('garbage is closed, plain HTTP is told what this port speaks, and nobody else notices', async () => {
  const port = await start({});
  const served = await OcppClient.connect(port.port, 'CP-1', { tls: { ca: port.authority.certificate } });
  const garbage = ['\u0000\u0001\u0002', 'SSH-2.0-x\r\n', `\u0016\u0003\u0001\uffff${'x'.repeat(100)}`];
  const peers = await Promise.all(garbage.map(() => dial(port)));
  for (const [index, { socket }] of peers.entries())
    socket.write(Buffer.from(garbage[index] as string, 'latin1'));
  const plain = await dial(port);
  plain.socket.write('GET /ocpp/CP-1 HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('all are closed', () =>
    [...peers, plain].every(({ socket }) => socket.readableEnded || socket.closed),
  );
  expect(plain.received()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*connect with wss/s);
  expect([port.count('plain_http'), port.count('not_tls')]).toEqual([1, 3]);

  const broken = await dial(port);
  broken.socket.write(Buffer.from('160301000501000001ff', 'hex'));
  await until('the broken hello is closed', () => broken.socket.readableEnded || broken.socket.closed);
  expect(port.count('failed')).toBe(1);
  served.send([2, '1', 'Heartbeat', {}]);
  expect(await served.next()).toEqual([2, '1', 'Heartbeat', {}]);
  await served.close();
  await until('nothing is under way', () => port.inFlight() === 0);
});

test('a storm of handshakes is taken at its rate, and who is connected is answered meanwhile', async () => {
  const port = await start({ handshakesPerSecond: 20 });
  const ca = port.authority.certificate;
  const connected = await OcppClient.connect(port.port, 'CP-1', { tls: { ca } });
  const begun = performance.now();
  let waiting = 21;
  const storm = Promise.all(
    Array.from({ length: 21 }, async () => {
      const socket = await shakeHands(port.port, { ca });
      waiting--;
      socket.destroy();
    }),
  );
  let answered = 0;
  while (waiting > 0) {
    connected.send([2, String(answered), 'Heartbeat', {}]);
    await connected.next();
    answered++;
  }
  await storm;
  // The first is free, the others come one in 50 ms.
  expect(performance.now() - begun).toBeGreaterThan(900);
  expect(answered).toBeGreaterThan(100);
  await connected.close();
});

test('in a storm the newest comes first, and a client that gave up costs no handshake', async () => {
  const port = await start({ handshakesPerSecond: 2 });
  const hello = await clientHello();
  const arrive = async () => {
    const peer = await dial(port);
    peer.socket.write(hello);
    return peer;
  };
  const first = await arrive();
  await until('the first is answered', () => first.received() !== '');
  const [impatient, older] = [await arrive(), await arrive()];
  await until('both wait', () => port.inFlight() === 3);
  const newest = await arrive();
  await until('all three wait', () => port.inFlight() === 4);
  impatient.socket.destroy();
  await until('its end is noticed', () => port.inFlight() === 3);
  await until('the newest is answered', () => newest.received() !== '');
  expect(older.received()).toBe('');
  await until('the older is answered', () => older.received() !== '');
  expect(port.count('failed')).toBe(0);
});
