import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { ENGINES } from '../support/engines.ts';
import { handshakeHead, OcppClient, rawRequest } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';
import { clientFrame } from '../support/websocket-bytes.ts';

const TEXT = 1;
const CONTINUATION = 0;

describe.each(ENGINES)('garbage on %s', (transport) => {
  let gateway: EdgeUnderTest;
  /** Another charge point: nothing that the first one sends may disturb it. */
  let bystander: OcppClient;
  let client: OcppClient;
  let identity = '';
  let count = 0;

  beforeAll(async () => {
    gateway = await startEdgeUnderTest({ transport, flags: { 'ocpp-max-frame-size': '2MiB' } });
    bystander = await OcppClient.connect(gateway.edge.port, 'BYSTANDER');
    await bystander.boot();
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    gateway.lines.length = 0;
    count++;
    identity = `CP-${count}`;
    client = await OcppClient.connect(gateway.edge.port, identity);
    await client.boot();
  });
  afterEach(async () => {
    expect(await bystander.request('Heartbeat', {})).toHaveProperty('currentTime');
    expect(gateway.lines.length).toBeLessThanOrEqual(1);
    client.vanish();
  });

  const answered: [what: string, frame: string, id: string, code: string][] = [
    ['B16: an array that is readable up to the id', '[2,"1","Heartbeat"]', '1', 'FormationViolation'],
    ['wrong arity: an element too many', '[2,"1","Heartbeat",{},{}]', '1', 'FormationViolation'],
    ['an action that is no text', '[2,"1",7,{}]', '1', 'FormationViolation'],
    ['an unknown action', '[2,"1","MakeCoffee",{}]', '1', 'NotImplemented'],
    ['B14: an action in another case', '[2,"1","heartbeat",{}]', '1', 'NotImplemented'],
    [
      'an action of the other direction',
      '[2,"1","RemoteStartTransaction",{"idTag":"A"}]',
      '1',
      'NotSupported',
    ],
    ['a payload that is no object', '[2,"1","Heartbeat",[]]', '1', 'FormationViolation'],
    ['a wrong type', '[2,"1","Authorize",{"idTag":{}}]', '1', 'TypeConstraintViolation'],
    ['a missing member', '[2,"1","Authorize",{}]', '1', 'OccurenceConstraintViolation'],
    [
      'B4: a messageId of 37 characters',
      `[2,"${'x'.repeat(37)}","Heartbeat",{}]`,
      'x'.repeat(37),
      'FormationViolation',
    ],
    ['MeterValues of wrong types, in a worker', '[2,"1","MeterValues",["what"]]', '1', 'FormationViolation'],
  ];
  test.each(answered)('answered with a CALLERROR of five elements: %s', async (_what, frame, id, code) => {
    client.send(frame);
    const answer = await client.next();
    expect(answer.slice(0, 3)).toEqual([4, id, code]);
    expect(answer).toHaveLength(5);
    expect(answer[3]).toBeTypeOf('string');
    expect(answer[4]).toBeTypeOf('object');
    expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
  });

  const dropped: [what: string, frame: string][] = [
    ['B16: truncated JSON before the id', '[2,'],
    ['text that is no JSON', 'hello'],
    ['an object instead of an array', '{"a":1}'],
    ['B4: a messageId that is no text', '[2,1,"Heartbeat",{}]'],
    ['B2: an unknown message type', '[5,"1",{}]'],
    ['an empty frame', ''],
    ['B11: an answer that nobody asked for', '[3,"nobody",{}]'],
    ['B11: an error that nobody asked for', '[4,"nobody","GenericError","",{}]'],
    ['a NUL byte', '[2,"1"\u0000'],
    ['deeply nested brackets', '['.repeat(20_000)],
  ];
  test.each(dropped)('dropped without an answer: %s', async (_what, frame) => {
    client.send(frame);
    expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
    expect(client.received).toEqual([]);
  });

  test('B3: a null payload is an empty one', async () => {
    client.send('[2,"1","Heartbeat",null]');
    expect((await client.next()).slice(0, 2)).toEqual([3, '1']);
  });

  test('white space between the elements does not matter', async () => {
    client.send(' [ 2 ,\t"1" , "Heartbeat" ,\r\n{ } ] ');
    expect((await client.next()).slice(0, 2)).toEqual([3, '1']);
  });

  test('nothing but unreadable frames closes the socket after twenty', async () => {
    for (let index = 0; index < 20; index++) client.send('garbage');
    expect(await client.closed).toEqual({ code: 1007, reason: 'nothing but unreadable messages' });
  });

  test('nineteen unreadable frames and a good one are forgiven', async () => {
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 19; index++) client.send('garbage');
      expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
    }
  });

  test('B17: a binary frame is refused with 1003', async () => {
    client.ws.send(Buffer.from('[2,"1","Heartbeat",{}]'), { binary: true });
    expect(await client.closed).toEqual({ code: 1003, reason: 'OCPP-J messages are text' });
  });

  test('an oversized frame closes the socket', async () => {
    client.send(`[2,"1","DataTransfer",{"vendorId":"A","data":"${'x'.repeat(2 * 1024 * 1024)}"}]`);
    expect([1006, 1009]).toContain((await client.closed).code);
  });

  test('B17: a payload of 1 MB works', async () => {
    const sample = {
      timestamp: '2026-11-20T10:00:00Z',
      sampledValue: [{ value: '1', context: 'Sample.Periodic' }],
    };
    const meterValue = Array.from({ length: 11_500 }, () => sample);
    expect(JSON.stringify(meterValue).length).toBeGreaterThan(1024 * 1024);
    expect(await client.request('MeterValues', { connectorId: 1, meterValue })).toEqual({});
  });

  async function rawSocket(): Promise<Awaited<ReturnType<typeof rawRequest>>['socket']> {
    client.vanish();
    const { socket, status } = await rawRequest(gateway.edge.port, handshakeHead(`/ocpp/${identity}`));
    expect(status).toBe(101);
    return socket;
  }

  test('B17: a message in fragments works', async () => {
    const socket = await rawSocket();
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    socket.write(clientFrame(TEXT, Buffer.from('[2,"f","Heart'), { fin: false }));
    socket.write(clientFrame(CONTINUATION, Buffer.from('beat",'), { fin: false }));
    socket.write(clientFrame(CONTINUATION, Buffer.from('{}]')));
    await until('it is answered', () => received.includes('[3,"f",{"currentTime"'));
    socket.destroy();
  });

  const brokenFrames: [what: string, bytes: Buffer][] = [
    ['A14: invalid UTF-8', clientFrame(TEXT, Buffer.from([0x5b, 0xff, 0xfe]))],
    ['A14: a lone surrogate in UTF-8', clientFrame(TEXT, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))],
    ['Q36: a compressed bit without negotiation', clientFrame(TEXT, Buffer.from('[]'), { reserved: true })],
    ['an unknown opcode', clientFrame(7, Buffer.from('[]'))],
  ];
  test.each(brokenFrames)('closed by the transport: %s', async (_what, bytes) => {
    const socket = await rawSocket();
    await until('the socket is open', () => gateway.metric('farad_sockets') === 2);
    socket.resume();
    socket.write(bytes);
    await until('it is closed', () => gateway.metric('farad_sockets') === 1);
    socket.destroy();
  });

  test('permessage-deflate is not agreed to', async () => {
    const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate' };
    const { text, status, socket } = await rawRequest(
      gateway.edge.port,
      handshakeHead('/ocpp/CP-Z', headers),
    );
    expect(status).toBe(101);
    expect(text.toLowerCase()).not.toContain('sec-websocket-extensions');
    socket.destroy();
  });
});

describe.each(ENGINES)('limits on %s', (transport) => {
  let gateway: EdgeUnderTest;

  async function start(flags: Record<string, string>): Promise<OcppClient> {
    gateway = await startEdgeUnderTest({ transport, flags });
    return OcppClient.connect(gateway.edge.port, 'CP-1');
  }
  afterEach(() => gateway.close());

  test('a charge point that does not read is closed when too much waits for it', async () => {
    const client = await start({
      'ocpp-max-backpressure': '16KiB',
      'ocpp-call-queue': '10000',
      'ocpp-call-timeout': '100ms',
    });
    await client.boot();
    client.ws.pause();
    const payload = { vendorId: 'Acme', data: 'x'.repeat(400_000) };
    await until('the socket is closed', async () => {
      await gateway.ask('edge.call', {
        chargePointId: 'CP-1',
        action: 'DataTransfer',
        payload,
        timeoutMs: 100,
      });
      return gateway.metric('farad_sockets') === 0;
    });
    client.vanish();
  });

  test('A9: a silent charge point is pinged, and dropped when it does not answer', async () => {
    const client = await start({ 'ocpp-ping-interval': '200ms', 'ocpp-pong-timeout': '1s' });
    await until('a ping has come', () => client.pings.length > 0);
    client.ws.pause();
    await until(
      'it is dropped',
      () => gateway.metric('farad_closed_sockets_total', { cause: 'unresponsive' }) === 1,
    );
    await until('it is recorded', () =>
      gateway.rows('connections').some(({ reason }) => reason === 'did not answer a ping'),
    );
    client.vanish();
  });

  test('A9: a charge point that answers pings stays, though it sends nothing else', async () => {
    const client = await start({ 'ocpp-ping-interval': '200ms', 'ocpp-pong-timeout': '1s' });
    await until('three pings have come', () => client.pings.length >= 3);
    expect(gateway.metric('farad_sockets')).toBe(1);
  });
});
