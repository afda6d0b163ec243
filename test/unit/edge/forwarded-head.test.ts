import { expect, test } from 'vitest';
import { trustedProxies } from '../../../src/config/trusted-proxies.ts';
import { throughProxy } from '../../../src/edge/forwarded-head.ts';
import type { RequestHead } from '../../../src/edge/transport/transport.ts';

const isProxy = trustedProxies(['10.0.0.0/8', '2001:db8::1']);
const RAW = Buffer.from('a certificate');

function seen(remoteAddress: string, headers: Record<string, string>, more: Partial<RequestHead> = {}) {
  const head: RequestHead = {
    method: 'GET',
    path: '/ocpp/CP-1',
    remoteAddress,
    secure: false,
    peerCertificate: undefined,
    header: (name) => headers[name] ?? '',
    ...more,
  };
  const { remoteAddress: address, secure, peerCertificate } = throughProxy(head, isProxy);
  return { address, secure, peerCertificate };
}

const forged = {
  'x-forwarded-for': '192.0.2.9',
  'x-forwarded-proto': 'https',
  'farad-client-certificate': RAW.toString('base64'),
  'farad-client-verify': 'SUCCESS',
};

test('L19: headers of a proxy count from a trusted proxy alone', () => {
  expect(seen('192.0.2.1', forged)).toEqual({
    address: '192.0.2.1',
    secure: false,
    peerCertificate: undefined,
  });
  const real = { address: '192.0.2.9', secure: true, peerCertificate: { raw: RAW, problem: undefined } };
  expect(seen('10.1.2.3', forged)).toEqual(real);
  expect(seen('2001:db8::1', forged)).toEqual(real);
  expect(seen('2001:db8::2', forged).address).toBe('2001:db8::2');
});

test('L19: of several addresses the last counts that is no proxy: those before it may be made up', () => {
  const via = (passed: string) => seen('10.0.0.1', { 'x-forwarded-for': passed }).address;
  expect(via('203.0.113.66, 192.0.2.9, 10.9.9.9')).toBe('192.0.2.9');
  expect(via('10.0.0.2, 10.0.0.3')).toBe('10.0.0.2');
  expect(seen('10.0.0.1', {}).address).toBe('10.0.0.1');
});

test('L19: a proxy that says nothing of TLS leaves it as it is, and its own certificate is nobody else’s', () => {
  const own = { secure: true, peerCertificate: { raw: RAW, problem: undefined } };
  expect(seen('10.0.0.1', {}, own)).toEqual({
    address: '10.0.0.1',
    secure: true,
    peerCertificate: undefined,
  });
  expect(seen('10.0.0.1', { 'x-forwarded-proto': 'http' }, own).secure).toBe(false);
});

test.each([
  ['0', undefined],
  ['SUCCESS', undefined],
  ['', 'not verified by the proxy'],
  ['10', '10'],
  ['FAILED:certificate has expired', 'FAILED:certificate has expired'],
])('L19: the verdict %j of the proxy on a certificate is %j', (verdict, problem) => {
  const headers = { ...forged, 'farad-client-verify': verdict };
  expect(seen('10.0.0.1', headers).peerCertificate).toEqual({ raw: RAW, problem });
});

test.each([['localhost'], ['10.0.0.0/33'], ['::/129'], ['10.0.0'], ['']])('%j is no proxy', (entry) => {
  expect(() => trustedProxies([entry])).toThrow(
    `trustedProxies: ${JSON.stringify(entry)} is neither an address nor a network`,
  );
});

test('L19: what TLS has agreed on with a proxy is not told of the charge point behind it', () => {
  const tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' };
  const head = (remoteAddress: string): RequestHead => ({
    method: 'GET',
    path: '/ocpp/CP-1',
    remoteAddress,
    secure: true,
    peerCertificate: undefined,
    tls,
    header: () => '',
  });
  expect(throughProxy(head('192.0.2.1'), isProxy).tls).toEqual(tls);
  expect(throughProxy(head('10.1.2.3'), isProxy).tls).toBeUndefined();
});
