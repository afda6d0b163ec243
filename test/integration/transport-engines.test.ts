import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listenOn } from '../../src/edge/transport/listen.ts';
import type { RequestHead, Transport, TransportEvents } from '../../src/edge/transport/transport.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { ENGINES, type EngineKind } from '../support/engines.ts';
import { handshakeHead } from '../support/ocpp-client.ts';
import { startTlsPort } from '../support/tls-port.ts';
import { until } from '../support/until.ts';
import { clientFrame } from '../support/websocket-bytes.ts';

const TEXT = 1;
const CONTINUATION = 0;
const MAX_FRAME = 64 * 1024;
/** Long enough for an answer that does not come, ms. */
const SILENCE_MS = 200;

/**
 * Waits until what was written is read: server and peer share the event loop, and each turn of it reads what
 * has arrived.
 */
async function beRead(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await turn();
}

/** What each engine can do; docs/decisions/edge-sockets.md says what follows from it. */
const ABILITIES: Record<EngineKind, Abilities> = {
  uws: { splitHeads: true, headers: 100, earlyFrames: false, closeFrames: [1009] },
  'uws-old': { splitHeads: false, headers: 50, earlyFrames: false, closeFrames: [1009] },
  ws: { splitHeads: true, headers: 1000, earlyFrames: true, closeFrames: [1002, 1007, 1009] },
};
interface Abilities {
  /** Takes a request head that comes in pieces. */
  readonly splitHeads: boolean;
  /** Fewer than so many headers are taken. */
  readonly headers: number;
  /** Takes a frame that comes in the segment of the upgrade, which RFC 6455 §4.1 does not allow. */
  readonly earlyFrames: boolean;
  /** Codes that it tells the peer when it refuses a frame; else the connection ends without a word. */
  readonly closeFrames: readonly number[];
}

const lines: { msg: string }[] = [];
const texts: string[] = [];
const heads: Pick<RequestHead, 'secure' | 'peerCertificate'>[] = [];
const closed: { code: number; reason: string }[] = [];

/** Takes everyone and sends every text back. */
const echo: TransportEvents<string, { send(text: string): boolean }> = {
  request: (head) => ({ status: 200, body: `${head.method} ${head.path}\n` }),
  upgrade({ secure, peerCertificate }) {
    heads.push({ secure, peerCertificate });
    return { arrival: '', protocol: 'ocpp1.6' };
  },
  open: (_arrival, socket) => socket,
  message(session, bytes) {
    texts.push(bytes.toString());
    session.send(bytes.toString());
  },
  wrongHeader: () => undefined,
  sign: () => undefined,
  close: (_session, code, reason) => void closed.push({ code, reason }),
};

function listen(kind: 'auto' | EngineKind): Promise<Transport> {
  const log = logTo(
    { write: (line) => void lines.push(JSON.parse(line) as { msg: string }) },
    'info',
    'test',
  );
  const limits = { maxFrameSize: MAX_FRAME, maxBackpressure: 1024 * 1024 };
  return listenOn(kind, { host: '127.0.0.1', port: 0, shared: false, ...limits }, echo, log);
}

test('auto takes a build of today where one loads, and says nothing', async () => {
  lines.length = 0;
  const transport = await listen('auto');
  transport.stopAccepting();
  expect(transport.engine).toMatchObject({ kind: 'uws', package: expect.stringMatching(/uwebsockets/i) });
  expect(transport.engine).not.toHaveProperty('faults');
  expect(lines).toEqual([]);
});

/** The build of 2023 is not trusted with TLS. */
const WAYS = ENGINES.flatMap((kind) => [
  { kind, over: 'TCP' },
  ...(kind === 'uws-old' ? [] : [{ kind, over: 'TLS' }]),
]);

describe.each(WAYS)('the engine $kind over $over', ({ kind, over }) => {
  const can = ABILITIES[kind];
  let transport: Pick<Transport, 'port' | 'engine' | 'stopAccepting'>;
  let ca: string | undefined;
  beforeAll(async () => {
    lines.length = 0;
    if (over === 'TLS') {
      const secure = await startTlsPort({ transport: kind, events: echo, maxFrameSize: MAX_FRAME });
      ca = secure.authority.certificate;
      transport = { ...secure, stopAccepting: secure.close };
    } else transport = await listen(kind);
  });
  afterAll(() => transport.stopAccepting());
  beforeEach(() => {
    texts.length = 0;
    heads.length = 0;
    closed.length = 0;
  });

  /** A connection, and what came back on it so far. */
  async function dial(): Promise<{ socket: TcpSocket; received: () => string }> {
    const to = { port: transport.port, host: '127.0.0.1', noDelay: true };
    const socket = ca === undefined ? connect(to) : connectTls({ ...to, ca, servername: 'localhost' });
    let received = '';
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        received += data.toString('latin1');
      });
    await once(socket, ca === undefined ? 'connect' : 'secureConnect');
    return { socket, received: () => received };
  }

  async function upgraded(): ReturnType<typeof dial> {
    const peer = await dial();
    peer.socket.write(handshakeHead('/ocpp/CP-1'));
    await until('it is upgraded', () => peer.received().includes('\r\n\r\n'));
    return peer;
  }

  const status = ({ received }: { received: () => string }): string | undefined =>
    /^HTTP\/1\.1 (\d{3})/.exec(received())?.[1];

  test('it names itself, and its faults with what helps', () => {
    const { engine } = transport;
    expect(engine).toMatchObject({ kind, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(engine.faults === undefined).toBe(can.splitHeads);
    expect(engine.cure === undefined).toBe(can.splitHeads);
  });

  test(`of all splits of a request head ${can.splitHeads ? 'none is' : 'some are'} refused`, async () => {
    const head = handshakeHead('/ocpp/CP-1');
    const splits = Array.from({ length: head.length - 1 }, (_, index) => index + 1);
    const peers = await Promise.all(
      splits.map(async (at) => {
        const peer = await dial();
        peer.socket.write(head.slice(0, at));
        await beRead();
        peer.socket.write(head.slice(at));
        return peer;
      }),
    );
    await until('all are answered', () => peers.every((peer) => status(peer)));
    const refused = splits.filter((_, index) => status(peers[index] as (typeof peers)[number]) !== '101');
    for (const { socket } of peers) socket.destroy();
    if (can.splitHeads) expect(refused).toEqual([]);
    else expect(refused.length).toBeGreaterThan(0);
  });

  test(`Q45: a request head that comes byte by byte is ${can.splitHeads ? 'taken' : 'refused'}`, async () => {
    const peer = await dial();
    for (const byte of handshakeHead('/ocpp/CP-1')) {
      peer.socket.write(byte);
      await beRead();
    }
    await until('it is answered', () => status(peer));
    peer.socket.destroy();
    expect(status(peer)).toBe(can.splitHeads ? '101' : '505');
  });

  test.each([40, 60, 120])('a request with %i headers more', async (count) => {
    const more = Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, 'x']));
    const peer = await dial();
    peer.socket.write(handshakeHead('/ocpp/CP-1', more));
    if (count > can.headers && !can.splitHeads) {
      await pause(SILENCE_MS);
      expect(peer.received()).toBe('');
    } else {
      await until('it is answered', () => status(peer));
      expect(status(peer)).toBe(count > can.headers ? '431' : '101');
    }
    peer.socket.destroy();
  });

  test('it tells whether a connection is secure, and that nobody showed a certificate', async () => {
    const { socket } = await upgraded();
    socket.destroy();
    expect(heads).toEqual([{ secure: over === 'TLS', peerCertificate: undefined }]);
  });

  test(`a frame in the segment of the upgrade is ${can.earlyFrames ? 'taken' : 'lost'}, what follows is not`, async () => {
    const peer = await dial();
    const frame = clientFrame(TEXT, Buffer.from('with the upgrade'));
    peer.socket.write(Buffer.concat([Buffer.from(handshakeHead('/ocpp/CP-1')), frame]));
    await until('it is upgraded', () => peer.received().includes('\r\n\r\n'));
    peer.socket.write(clientFrame(TEXT, Buffer.from('after it')));
    await until('what follows is taken', () => texts.includes('after it'));
    peer.socket.destroy();
    expect(texts).toEqual(can.earlyFrames ? ['with the upgrade', 'after it'] : ['after it']);
  });

  test('frames that come in pieces and many at once are taken in order', async () => {
    const { socket } = await upgraded();
    const sent = ['one', 'two', 'three', 'x'.repeat(1000), 'last'];
    const bytes = Buffer.concat(sent.map((text) => clientFrame(TEXT, Buffer.from(text))));
    for (const [from, to] of [
      [0, 3],
      [3, 20],
      [20, bytes.length],
    ] as const) {
      socket.write(bytes.subarray(from, to));
      await beRead();
    }
    await until('the last is taken', () => texts.includes('last'));
    socket.destroy();
    expect(texts).toEqual(sent);
  });

  test('of requests in one segment at least the first is answered, and none out of turn', async () => {
    const peer = await dial();
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    peer.socket.write(`${get('/1')}${get('/2')}`);
    await until(
      'the connection is done',
      () => peer.received().includes('GET /2') || peer.socket.readableEnded,
    );
    peer.socket.destroy();
    const answered = [...peer.received().matchAll(/GET \/\d/g)].map(String);
    expect(['GET /1', 'GET /2'].slice(0, answered.length)).toEqual(answered);
    expect(answered.length).toBeGreaterThan(0);
  });

  test.each([
    ['invalid UTF-8', 1007, [clientFrame(TEXT, Buffer.from([0x5b, 0xff, 0xfe]))]],
    ['a frame of a byte too many', 1009, [clientFrame(TEXT, Buffer.alloc(MAX_FRAME + 1, 'x'))]],
    [
      'a message of a byte too many in fragments',
      1009,
      [
        clientFrame(TEXT, Buffer.alloc(MAX_FRAME, 'x'), { fin: false }),
        clientFrame(CONTINUATION, Buffer.from('x')),
      ],
    ],
    ['an unknown opcode', 1002, [clientFrame(7, Buffer.from('[]'))]],
  ] as const)(
    'A14: %s ends the connection, with %i where the engine can say it',
    async (_what, code, frames) => {
      const { socket, received } = await upgraded();
      const before = received().length;
      for (const frame of frames) socket.write(frame);
      await until('it is closed', () => closed.length === 1 && socket.readableEnded);
      expect(texts).toEqual([]);
      const end = Buffer.from(received().slice(before), 'latin1');
      const codes = end.length === 0 ? [] : [end.readUInt16BE(2)];
      expect(codes).toEqual(can.closeFrames.includes(code) ? [code] : []);
    },
  );

  test('a message of as many bytes as are allowed is taken, one far beyond ends the connection', async () => {
    const { socket } = await upgraded();
    socket.write(clientFrame(TEXT, Buffer.alloc(MAX_FRAME, 'x')));
    await until('it is taken', () => texts.length === 1);
    socket.write(clientFrame(TEXT, Buffer.alloc(10 * MAX_FRAME, 'x')));
    await until('it is closed', () => closed.length === 1);
    expect(texts).toHaveLength(1);
  });

  test('an unmasked frame is not taken for what it says, and ends the connection', async () => {
    const { socket } = await upgraded();
    const call = Buffer.from('[2,"1","Heartbeat",{}]');
    const unmasked = Buffer.concat([Buffer.from([0x81, call.length]), call]);
    socket.write(Buffer.concat([unmasked, unmasked, unmasked]));
    await until('it is closed', () => closed.length === 1);
    expect(texts.filter((text) => text.includes('Heartbeat'))).toEqual([]);
  });
});
