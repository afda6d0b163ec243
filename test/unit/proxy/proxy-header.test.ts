import { expect, test } from 'vitest';
import { isProxyHeader, readProxyHeader } from '../../../src/proxy/proxy-header.ts';
import { proxyHeader } from '../../support/tcp-proxy.ts';

const WHOLE = proxyHeader('203.0.113.7');
const ipv6 = (text: string): Buffer =>
  Buffer.concat([Buffer.from(text, 'hex'), Buffer.alloc(16), Buffer.from([0x30, 0x39, 0x24, 0x04])]);

test('the client of TCP over IPv4 is read, whatever stands behind its address', () => {
  expect(readProxyHeader(Buffer.concat([WHOLE, Buffer.from('GET /')]))).toEqual({
    kind: 'whole',
    bytes: 28,
    client: '203.0.113.7',
  });
  const more = Buffer.concat([WHOLE.subarray(16), Buffer.from([0x04, 0, 3, 1, 2, 3])]);
  expect(readProxyHeader(proxyHeader('', { body: more }))).toEqual({
    kind: 'whole',
    bytes: 34,
    client: '203.0.113.7',
  });
});

test.each([
  ['20010db8000000000000000000000001', '2001:db8::1'],
  ['00000000000000000000ffffc0000207', '::ffff:192.0.2.7'],
])('the client %s of TCP over IPv6 is read as %s', (hex, client) => {
  const header = proxyHeader('', { family: 0x21, body: ipv6(hex) });
  expect(readProxyHeader(header)).toEqual({ kind: 'whole', bytes: 52, client });
});

test('a proxy that speaks for itself names nobody', () => {
  const said = { kind: 'whole', client: undefined };
  expect(readProxyHeader(proxyHeader('203.0.113.7', { command: 0x20 }))).toMatchObject(said);
  const empty = { command: 0x20, family: 0, body: Buffer.alloc(0) };
  expect(readProxyHeader(proxyHeader('', empty))).toMatchObject(said);
});

test('a header that comes byte by byte is waited for', () => {
  for (let length = 1; length < WHOLE.length; length++) {
    expect(readProxyHeader(WHOLE.subarray(0, length))).toEqual({ kind: 'more' });
  }
});

test.each([
  ['of version 1', Buffer.from('PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n')],
  ['of version 3', proxyHeader('203.0.113.7', { command: 0x31 })],
  ['unknown command 2', proxyHeader('203.0.113.7', { command: 0x22 })],
  ['names no client', proxyHeader('203.0.113.7', { family: 0 })],
  ['names no client', proxyHeader('203.0.113.7', { family: 0x12 })],
  ['names no client', proxyHeader('', { family: 0x31, body: Buffer.alloc(216) })],
  ['too short', proxyHeader('', { body: Buffer.alloc(11) })],
  ['too short', proxyHeader('', { family: 0x21, body: Buffer.alloc(35) })],
  ['longer than 4096', proxyHeader('', { body: Buffer.alloc(4081) })],
])('what is wrong is said: %s', (problem, header) => {
  expect(readProxyHeader(header)).toEqual({ kind: 'broken', problem: expect.stringContaining(problem) });
});

test('a bound that is broken is noticed at once, not when all has come', () => {
  const long = proxyHeader('', { body: Buffer.alloc(65_535) });
  expect(readProxyHeader(long.subarray(0, 16))).toMatchObject({ kind: 'broken' });
});

test.each(['GET / HTTP/1.1\r\n', '\r\n\r\nGET / HTTP/1.1\r\n', '\u0016\u0003\u0001', 'P'])(
  '%j is no header',
  (text) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(readProxyHeader(bytes)).toEqual({ kind: 'absent' });
    expect(isProxyHeader(bytes)).toBe(false);
    expect(isProxyHeader(WHOLE)).toBe(true);
  },
);
