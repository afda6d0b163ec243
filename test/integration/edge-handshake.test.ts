import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { ENGINES } from '../support/engines.ts';
import { handshakeHead, OcppClient, rawRequest } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

describe.each(ENGINES)('the handshake on %s', (transport) => {
  const gateways: EdgeUnderTest[] = [];
  /** With the settings as they come. */
  let usual: EdgeUnderTest;

  beforeAll(async () => {
    usual = await startEdgeUnderTest({ transport });
  });
  afterAll(() => usual.close());
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.close();
  });

  async function start(flags: Record<string, string> = {}): Promise<EdgeUnderTest> {
    const gateway = await startEdgeUnderTest({ transport, flags });
    gateways.push(gateway);
    return gateway;
  }

  async function shake(
    gateway: EdgeUnderTest,
    target: string,
    headers: Record<string, string | undefined> = {},
  ): Promise<{ status: number; text: string }> {
    const { status, text, socket } = await rawRequest(gateway.edge.port, handshakeHead(target, headers));
    socket.destroy();
    return { status, text };
  }

  const identities: [obligation: string, target: string, identity: string][] = [
    ['A1: the last path segment is the identity', '/ocpp/CP-1', 'CP-1'],
    ['A1: percent-encoding is decoded once', '/ocpp/RDAM%20123', 'RDAM 123'],
    ['A1: what was encoded twice stays encoded once', '/ocpp/RDAM%2520123', 'RDAM%20123'],
    ['A1: UTF-8 behind percent-encoding', '/ocpp/S%C3%A4ule', 'Säule'],
    ['A1: an encoded slash belongs to the identity', '/ocpp/EU%2F1', 'EU/1'],
    ['doubled slashes do not count', '//ocpp///CP-1', 'CP-1'],
    ['a trailing slash does not count', '/ocpp/CP-1/', 'CP-1'],
    ['a stray query does not count', '/ocpp/CP-1?x=1&y=2', 'CP-1'],
    ['a stray parameter without a query does not count', '/ocpp/CP-1&x=', 'CP-1'],
    ['a stray query behind a slash does not count', '/ocpp/CP-1/?x=', 'CP-1'],
  ];
  test.each(identities)('%s: %s', async (_obligation, target, identity) => {
    const opened = (): number =>
      usual.rows('connections').filter((row) => row.charge_point_id === identity && row.event === 'opened')
        .length;
    const before = opened();
    const { status, text } = await shake(usual, target);
    expect(status).toBe(101);
    expect(text.toLowerCase()).toContain('\r\nsec-websocket-protocol: ocpp1.6\r\n');
    await until('the identity is recorded', () => opened() > before);
  });

  const refusals: [
    what: string,
    target: string,
    headers: Record<string, string | undefined>,
    status: number,
  ][] = [
    ['A1: broken percent-encoding', '/ocpp/CP%E4%zz', {}, 400],
    ['A1: percent-encoding that is no UTF-8', '/ocpp/CP%FF', {}, 400],
    ['raw bytes beyond ASCII', '/ocpp/CP\xe4', {}, 400],
    ['a control character in the identity', '/ocpp/CP%00', {}, 400],
    ['an identity of 256 bytes', `/ocpp/${'x'.repeat(256)}`, {}, 400],
    ['no identity', '/ocpp/', {}, 404],
    ['another path', '/elsewhere/CP-1', {}, 404],
    ['a segment too many', '/ocpp/a/CP-1', {}, 404],
    ['A4: another subprotocol', '/ocpp/CP-1', { 'Sec-WebSocket-Protocol': 'ocpp2.0.1' }, 400],
    [
      'A4: a subprotocol that only contains the right one',
      '/ocpp/CP-1',
      { 'Sec-WebSocket-Protocol': 'ocpp1.6x' },
      400,
    ],
    ['A6: no subprotocol', '/ocpp/CP-1', { 'Sec-WebSocket-Protocol': undefined }, 400],
    ['an old WebSocket version', '/ocpp/CP-1', { 'Sec-WebSocket-Version': '8' }, 426],
    ['no WebSocket version', '/ocpp/CP-1', { 'Sec-WebSocket-Version': undefined }, 426],
    ['a key that is no key', '/ocpp/CP-1', { 'Sec-WebSocket-Key': 'short' }, 400],
    ['no key', '/ocpp/CP-1', { 'Sec-WebSocket-Key': undefined }, 400],
    [
      'no upgrade',
      '/ocpp/CP-1',
      { Upgrade: undefined, Connection: undefined, 'Sec-WebSocket-Key': undefined },
      426,
    ],
  ];
  test.each(refusals)('refused before the upgrade: %s', async (_what, target, headers, status) => {
    const opened = usual.metric('farad_upgrades_total');
    const answer = await shake(usual, target, headers);
    expect(answer.status).toBe(status);
    if (status === 426) expect(answer.text.toLowerCase()).toContain('\r\nsec-websocket-version: 13\r\n');
    expect(usual.metric('farad_upgrades_total')).toBe(opened);
  });

  test.each(['upgrade', 'uPGRADE', 'keep-alive, Upgrade', 'Upgrade,keep-alive'])(
    'a handshake with "Connection: %s" is upgraded',
    async (connection) => {
      expect((await shake(usual, '/ocpp/CP-1', { Connection: connection })).status).toBe(101);
    },
  );

  test.each([undefined, 'keep-alive'])(
    'a handshake with "Connection: %s" is upgraded by uWebSockets.js, and told by ws what is missing',
    async (connection) => {
      const answer = await shake(usual, '/ocpp/CP-1', { Connection: connection });
      if (transport !== 'ws') {
        expect(answer.status).toBe(101);
        return;
      }
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('the header Connection: Upgrade is missing');
      await until(
        'the refusal is counted',
        () => usual.metric('farad_refused_upgrades_total', { reason: 'connection_header' }) > 0,
      );
    },
  );

  test.each(['ocpp1.6', 'ocpp0.1,ocpp1.6', 'ocpp1.6, ocpp1.5', 'ocpp2.0.1 , ocpp1.6'])(
    'A4: of the list "%s" exactly ocpp1.6 is answered',
    async (offered) => {
      const { status, text } = await shake(usual, '/ocpp/CP-1', { 'Sec-WebSocket-Protocol': offered });
      expect(status).toBe(101);
      expect(text.match(/^sec-websocket-protocol:.*$/gim)?.map((line) => line.trim().toLowerCase())).toEqual([
        'sec-websocket-protocol: ocpp1.6',
      ]);
    },
  );

  test('A4: a list spread over two headers is one list', async () => {
    const { status } = await shake(usual, '/ocpp/CP-1', {
      'Sec-WebSocket-Protocol': 'ocpp1.5\r\nSec-WebSocket-Protocol: ocpp1.6',
    });
    expect(status).toBe(101);
  });

  test('A5: where the letter of OCPP-J is wanted, no common subprotocol is upgraded without one and closed', async () => {
    const gateway = await start({ 'ocpp-subprotocol-mismatch': 'close' });
    const { status, text, socket } = await rawRequest(
      gateway.edge.port,
      handshakeHead('/ocpp/CP-1', { 'Sec-WebSocket-Protocol': 'ocpp0.1' }),
    );
    expect(status).toBe(101);
    expect(text.split('\r\n\r\n')[0]?.toLowerCase()).not.toContain('sec-websocket-protocol');
    await until('the socket is closed', () => socket.closed || socket.readableEnded);
    expect(gateway.metric('farad_sockets')).toBe(0);
    expect(gateway.metric('farad_refused_upgrades_total', { reason: 'subprotocol' })).toBe(1);
  });

  test('A2: with closed registration an unknown identity is answered 404, a provisioned one gets in', async () => {
    const gateway = await start({ 'ocpp-registration': 'closed' });
    expect((await shake(gateway, '/ocpp/CP-9')).status).toBe(404);
    await gateway.store.settings.put({ id: 'CP-9' });
    expect((await shake(gateway, '/ocpp/CP-9')).status).toBe(101);
  });

  test('A2: with open registration an unknown identity is created', async () => {
    const gateway = await start();
    const client = await OcppClient.connect(gateway.edge.port, 'NEW-1');
    await until('the charge point exists', () => gateway.store.chargePoints.get('NEW-1') !== undefined);
    await client.close();
  });

  test('unknown charge points beyond the maximum are told to come back, known ones get in', async () => {
    const gateway = await start({ 'ocpp-max-charge-points': '1' });
    const first = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await until('the charge point exists', () => gateway.store.chargePoints.count() === 1);
    const answer = await shake(gateway, '/ocpp/CP-2');
    expect(answer.status).toBe(503);
    expect(answer.text).toMatch(/^retry-after: \d+\r$/im);
    await first.close();
    expect((await shake(gateway, '/ocpp/CP-1')).status).toBe(101);
  });

  test('beyond ocpp.maxConnections a connection is told to come back, but a charge point may replace its own', async () => {
    const gateway = await start({ 'ocpp-max-connections': '1' });
    await OcppClient.connect(gateway.edge.port, 'CP-1');
    const answer = await shake(gateway, '/ocpp/CP-2');
    expect(answer.status).toBe(503);
    expect(answer.text).toMatch(/^retry-after: \d+\r$/im);
    expect((await shake(gateway, '/ocpp/CP-1')).status).toBe(101);
    expect(gateway.lines.filter(({ msg }) => String(msg).includes('limit is reached'))).toHaveLength(1);
  });

  test('upgrades beyond the rate are told to come back, with one line in the log', async () => {
    const gateway = await start({ 'ocpp-upgrades-per-second': '1' });
    const statuses = [];
    for (let index = 0; index < 4; index++) statuses.push((await shake(gateway, `/ocpp/CP-${index}`)).status);
    expect(statuses[0]).toBe(101);
    expect(statuses.slice(1)).toContain(503);
    expect(gateway.lines.filter(({ msg }) => String(msg).includes('limit is reached'))).toHaveLength(1);
  });

  test('GET /healthz answers on the same port, everything else is 404', async () => {
    const base = `http://127.0.0.1:${usual.edge.port}`;
    const health = await fetch(`${base}/healthz`);
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(`${base}/ocpp`, { method: 'POST', body: 'x'.repeat(5000) })).status).toBe(404);
  });

  describe('Basic authentication', () => {
    // Neither UTF-8 nor free of colons and zeros: a password is bytes.
    const key = Buffer.from([0xff, 0x3a, 0x00, 0x80, 0x3a, 0xc3, 0x28, 1, 2, 3, 4, 5, 6, 7, 8, 0xfe]);
    const basic = (user: string, password: Buffer): string =>
      `Basic ${Buffer.concat([Buffer.from(`${user}:`), password]).toString('base64')}`;

    beforeAll(async () => {
      for (const id of ['KEY-1', 'RDAM 124']) {
        await usual.store.settings.put({ id, keyHash: usual.store.keys.hash(key) });
      }
    });

    test('L6, L7: a key of any bytes opens the socket of its charge point', async () => {
      expect((await shake(usual, '/ocpp/KEY-1', { Authorization: basic('KEY-1', key) })).status).toBe(101);
    });

    test('L6: the user name is the decoded identity', async () => {
      expect((await shake(usual, '/ocpp/RDAM%20124', { Authorization: basic('RDAM 124', key) })).status).toBe(
        101,
      );
    });

    test('A7: a charge point with a key that brings none is answered 401 before the upgrade', async () => {
      const answer = await shake(usual, '/ocpp/KEY-1');
      expect(answer.status).toBe(401);
      expect(answer.text).toMatch(/^www-authenticate: Basic realm="OCPP"\r$/im);
    });

    const wrong: [what: string, authorization: string][] = [
      ['another key', basic('KEY-1', Buffer.alloc(16, 7))],
      ['a key cut at its colon', basic('KEY-1', key.subarray(0, 1))],
      ['the key read as UTF-8', basic('KEY-1', Buffer.from(key.toString('utf8')))],
      ['L6: the pair of another charge point', basic('KEY-2', key)],
      ['no colon', `Basic ${Buffer.from('KEY-1').toString('base64')}`],
      ['another scheme', 'Bearer KEY-1'],
      ['no base64', 'Basic %%%'],
    ];
    test.each(wrong)('401 for %s', async (_what, authorization) => {
      expect((await shake(usual, '/ocpp/KEY-1', { Authorization: authorization })).status).toBe(401);
    });

    test('a charge point without a key needs none', async () => {
      expect((await shake(usual, '/ocpp/CP-1', { Authorization: basic('CP-1', key) })).status).toBe(101);
    });
  });

  test('a refusal is written down with its reason', async () => {
    const gateway = await start({ 'ocpp-registration': 'closed' });
    await shake(gateway, '/ocpp/CP-9');
    await until('the refusal is recorded', () => gateway.rows('connections').length > 0);
    expect(gateway.rows('connections')).toMatchObject([
      {
        charge_point_id: 'CP-9',
        event: 'refused',
        epoch: 0,
        code: 404,
        reason: 'unknown charge point',
        remote_address: '127.0.0.1',
      },
    ]);
    expect(gateway.metric('farad_refused_upgrades_total', { reason: 'unknown' })).toBe(1);
  });
});
