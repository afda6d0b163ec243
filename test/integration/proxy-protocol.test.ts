import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { API_KEY, startControl } from '../support/control-under-test.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { ENGINES } from '../support/engines.ts';
import { handshakeHead, OcppClient } from '../support/ocpp-client.ts';
import { dialFrom, proxyHeader, startTcpProxy } from '../support/tcp-proxy.ts';
import { createTestAuthority, type TestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const PROXY = '127.0.0.2';
const STRANGER = '127.0.0.3';
const CLIENT = '203.0.113.7';
const HEADER = proxyHeader(CLIENT);
const REQUEST = handshakeHead('/ocpp/CP-1');

const directory = mkdtempSync(join(tmpdir(), 'farad-proxy-protocol-'));
let authority: TestAuthority;
let pair: Readonly<Record<string, string>>;
beforeAll(async () => {
  authority = await createTestAuthority();
  const { certificate, key } = await authority.issue();
  pair = {
    'ocpp-tls-certificates': writePem(directory, 'edge.pem', certificate),
    'ocpp-tls-keys': writePem(directory, 'edge.key', key),
  };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function startEdge(endpoint: string, flags = {}): Promise<EdgeUnderTest> {
  const edge = await startEdgeUnderTest({
    flags: { 'trusted-proxies': PROXY, 'ocpp-endpoints': endpoint, ...pair, ...flags },
  });
  onTestFinished(() => edge.close());
  return edge;
}

const portOf = ({ edge }: EdgeUnderTest): number => Number(new URL(edge.endpoints[0]?.url ?? '').port);

describe.each(['ws', 'wss'])('%s://…?proxyProtocol=v2', (scheme) => {
  const endpoint = `${scheme}://127.0.0.1:0?proxyProtocol=v2`;
  const tls = (): object => (scheme === 'wss' ? { tls: { ca: authority.certificate } } : {});

  test('L19: the address of a charge point is what a trusted proxy says, on the engine that can read it', async () => {
    const edge = await startEdge(endpoint);
    const port = await startTcpProxy(portOf(edge), PROXY, HEADER);
    const client = await OcppClient.connect(port, 'CP-1', tls());
    await client.boot();
    expect(edge.store.sessions.get('CP-1')).toMatchObject({ remoteAddress: CLIENT });
    await until('its connection is a row', () => edge.rows('connections').length === 1);
    expect(edge.rows('connections')[0]).toMatchObject({ remote_address: CLIENT });
    expect(edge.edge.endpoints[0]?.engine.kind).toBe('ws');
    expect(edge.lines).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining('PROXY header of anybody') }),
    );
    await client.close();
  });

  test('L19: what a client itself says in headers, or in another PROXY header, means nothing', async () => {
    const edge = await startEdge(endpoint);
    const port = await startTcpProxy(portOf(edge), PROXY, HEADER);
    const headers = { 'X-Forwarded-For': '192.0.2.9', 'X-Forwarded-Proto': 'https' };
    const client = await OcppClient.connect(port, 'CP-1', { ...tls(), headers });
    await client.boot();
    expect(edge.store.sessions.get('CP-1')).toMatchObject({ remoteAddress: CLIENT });
    await client.close();
    const twice = await startTcpProxy(portOf(edge), PROXY, Buffer.concat([HEADER, proxyHeader('192.0.2.9')]));
    await expect(OcppClient.connect(twice, 'CP-2', tls())).rejects.toThrow();
  });

  test('who is no proxy connects as ever, with the own address', async () => {
    const edge = await startEdge(endpoint);
    const client = await OcppClient.connect(portOf(edge), 'CP-1', tls());
    await client.boot();
    expect(edge.store.sessions.get('CP-1')).toMatchObject({ remoteAddress: '127.0.0.1' });
    await client.close();
  });

  test.each([
    ['an unknown version', PROXY, Buffer.concat([proxyHeader(CLIENT, { command: 0x51 })]), 'of version 5'],
    ['no end in sight', PROXY, proxyHeader('', { body: Buffer.alloc(65_535) }), 'longer than 4096 bytes'],
    ['none', PROXY, Buffer.from(REQUEST), 'a trusted proxy sends no PROXY header'],
    ['one that may not', STRANGER, HEADER, 'not in trustedProxies'],
  ])('L19: a header of %s is refused in words, and nobody else notices', async (_, from, bytes, problem) => {
    const edge = await startEdge(endpoint);
    const port = portOf(edge);
    const witness = await OcppClient.connect(await startTcpProxy(port, PROXY, HEADER), 'CP-9', tls());
    const bad = await dialFrom(from, port);
    bad.socket.write(bytes);
    await until('it is closed', () => bad.socket.closed);
    expect(bad.received()).toBe('');
    expect(edge.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: 'a connection is refused: its PROXY header',
        remoteAddress: from,
        problem: expect.stringContaining(problem),
      }),
    );
    expect(edge.metric('farad_refused_upgrades_total', { reason: 'proxy_header' })).toBe(1);
    await until('it is a row', () => edge.rows('connections').some(({ event }) => event === 'refused'));
    await witness.boot();
    await witness.close();
  });

  test('a header that is cut off is refused', async () => {
    const edge = await startEdge(endpoint);
    const cut = await dialFrom(PROXY, portOf(edge));
    cut.socket.end(HEADER.subarray(0, 20));
    await until('it is closed', () => cut.socket.closed);
    expect(edge.lines).toContainEqual(
      expect.objectContaining({ problem: 'it ended within its PROXY header' }),
    );
  });

  test('a header that comes byte by byte is taken', async () => {
    const edge = await startEdge(endpoint);
    const slow = await dialFrom(PROXY, portOf(edge));
    for (const byte of HEADER) {
      slow.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    slow.socket.write(scheme === 'wss' ? 'GET / HTTP/1.1\r\n\r\n' : REQUEST);
    await until('it is answered', () => slow.received() !== '');
    expect(slow.received()).toMatch(scheme === 'wss' ? /connect with wss/ : /101 Switching/);
  });
});

describe.each(ENGINES)('a port on %s without proxyProtocol', (transport) => {
  test('L19: refuses the header of anybody', async () => {
    const edge = await startEdge(`ws://127.0.0.1:0?transport=${transport}`);
    const peer = await dialFrom(PROXY, portOf(edge));
    peer.socket.write(Buffer.concat([HEADER, Buffer.from(REQUEST)]));
    await until('it is answered', () => peer.received() !== '' || peer.socket.closed);
    expect(peer.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(edge.store.sessions.get('CP-1')).toBeUndefined();
    expect(edge.lines).toContainEqual(
      expect.objectContaining({ problem: expect.stringContaining('has no proxyProtocol=v2') }),
    );
  });
});

test('a TLS port without proxyProtocol says why it refuses a header', async () => {
  const edge = await startEdge('wss://127.0.0.1:0?transport=ws');
  const peer = await dialFrom(PROXY, portOf(edge));
  peer.socket.write(HEADER);
  await until('it is closed', () => peer.socket.closed);
  expect(edge.lines).toContainEqual(
    expect.objectContaining({ problem: expect.stringContaining('has no proxyProtocol=v2') }),
  );
});

describe.runIf(ENGINES.includes('uws'))('on uWebSockets.js', () => {
  test('an endpoint that names the engine is told that it cannot', async () => {
    const flags = { 'ocpp-endpoints': 'ws://127.0.0.1:0?transport=uws&proxyProtocol=v2' };
    await expect(startEdgeUnderTest({ flags: { ...flags, 'trusted-proxies': PROXY } })).rejects.toThrow(
      'it believes the PROXY header of anybody',
    );
  });
});

test('L19: the audit of the API has the address that a trusted proxy says', async () => {
  const control = await startControl((config) => ({
    ...config,
    trustedProxies: [PROXY],
    api: { ...config.api, proxyProtocol: 'v2' },
  }));
  onTestFinished(() => control.close());
  const target = Number(new URL(control.base).port);
  const through = `http://127.0.0.1:${await startTcpProxy(target, PROXY, HEADER)}`;
  const put = (key: string): Promise<Response> =>
    fetch(`${through}/api/v1/tokens/TAG-1`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'x-forwarded-for': '192.0.2.9',
      },
      body: JSON.stringify({ status: 'Accepted' }),
    });
  expect((await put(API_KEY)).status).toBe(201);
  const { body } = await control.send('GET', '/api/v1/audit');
  expect((body as { items: unknown[] }).items[0]).toMatchObject({ remoteAddress: CLIENT });

  const stranger = await dialFrom(STRANGER, target);
  stranger.socket.write(HEADER);
  await until('it is closed', () => stranger.socket.closed);
  expect(control.log.join('')).toContain('a PROXY header of somebody who is not in trustedProxies');
});
