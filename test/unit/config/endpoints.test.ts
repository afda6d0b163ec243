import { expect, test } from 'vitest';
import { endpointsOf, endpointUrl, withPorts } from '../../../src/config/endpoints.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

const tls = { 'ocpp-tls-certificates': '/etc/farad/a.pem', 'ocpp-tls-keys': '/etc/farad/a.key' };
const load = (endpoints: string, more: Record<string, string> = {}) =>
  loadConfig({ flags: { 'ocpp-endpoints': endpoints, ...tls, ...more } });

test('without a list the endpoint is that of host, port and transport', () => {
  const config = loadConfig({ flags: { 'ocpp-host': '::1', 'ocpp-port': '0', 'ocpp-transport': 'ws' } });
  expect(endpointsOf(config)).toEqual([
    {
      secure: false,
      host: '::1',
      port: 0,
      transport: 'ws',
      clientCertificate: undefined,
      proxyProtocol: 'none',
    },
  ]);
});

test('a list has plain and TLS endpoints, each with its transport and what it asks of clients', () => {
  const config = load(
    'ws://127.0.0.1:9220?transport=uws,wss://[::1]:9443/?clientCertificate=require,wss://localhost:0?transport=ws&clientCertificate=none',
  );
  expect(endpointsOf(config)).toEqual([
    {
      secure: false,
      host: '127.0.0.1',
      port: 9220,
      transport: 'uws',
      clientCertificate: undefined,
      proxyProtocol: 'none',
    },
    {
      secure: true,
      host: '::1',
      port: 9443,
      transport: 'auto',
      clientCertificate: 'require',
      proxyProtocol: 'none',
    },
    {
      secure: true,
      host: 'localhost',
      port: 0,
      transport: 'ws',
      clientCertificate: 'none',
      proxyProtocol: 'none',
    },
  ]);
});

test.each([
  ['http://127.0.0.1:80', 'must be ws://HOST:PORT or wss://HOST:PORT'],
  ['ws://127.0.0.1', 'must be ws://HOST:PORT'],
  ['ws://127.0.0.1:70000', 'must be ws://HOST:PORT'],
  ['ws://127.0.0.1:9220/ocpp', 'the path is ocpp.path'],
  ['ws://127.0.0.1:9220?transport=nats', 'must be one of auto, uws, uws-old, ws'],
  ['ws://127.0.0.1:9220?clientCertificate=ask', 'needs wss'],
  ['wss://127.0.0.1:9220?cert=x', 'has an option cert'],
  ['ws://127.0.0.1:9220?proxyProtocol=v1', 'must be one of none, v2'],
  ['ws://127.0.0.1:9220,wss://127.0.0.1:9220', 'has 127.0.0.1:9220 twice'],
])('%s stops the start: %s', (endpoints, problem) => {
  expect(() => load(endpoints)).toThrow(/^ocpp\.endpoints/);
  expect(() => load(endpoints)).toThrow(problem);
});

test('a TLS endpoint demands a certificate, one beyond loopback a registration, and neither may be the API', () => {
  expect(() => loadConfig({ flags: { 'ocpp-endpoints': 'wss://127.0.0.1:9443' } })).toThrow(
    'ocpp.tls.certificates and ocpp.tls.keys must be set where ocpp.endpoints has a wss:// one',
  );
  expect(() => load('wss://0.0.0.0:9443')).toThrow(
    'ocpp.registration must be set to open or closed when ocpp.endpoints (0.0.0.0) is not a loopback address',
  );
  expect(() => load('wss://0.0.0.0:9443', { 'ocpp-registration': 'closed' })).not.toThrow();
  expect(() => load('ws://127.0.0.1:1,wss://127.0.0.1:9221')).toThrow(
    'api.port must differ from ocpp.endpoints, both are 9221',
  );
});

test('a port that speaks the PROXY protocol demands somebody who may', () => {
  const endpoint = 'ws://127.0.0.1:9220?proxyProtocol=v2';
  expect(() => load(endpoint)).toThrow(
    'trustedProxies must name the proxies where ocpp.endpoints has proxyProtocol=v2',
  );
  const [read] = endpointsOf(load(endpoint, { 'trusted-proxies': '10.0.0.0/8' }));
  expect(read?.proxyProtocol).toBe('v2');
  expect(() => loadConfig({ flags: { 'api-proxy-protocol': 'v2' } })).toThrow(
    'trustedProxies must name the proxies where api.proxyProtocol is v2',
  );
});

test('ports that the system chose are kept for the next start of an edge', () => {
  const several = load('ws://127.0.0.1:0,wss://[::1]:0?transport=ws');
  expect(withPorts(several, [4711, 4712]).ocpp.endpoints).toEqual([
    'ws://127.0.0.1:4711',
    'wss://[::1]:4712?transport=ws',
  ]);
  expect(withPorts(several, []).ocpp.endpoints).toEqual(several.ocpp.endpoints);
  const one = loadConfig({ flags: { 'ocpp-port': '0' } });
  expect(withPorts(one, [4711]).ocpp.port).toBe(4711);
});

test('what is shown to people can be connected to', () => {
  const [any, six] = endpointsOf(load('wss://0.0.0.0:9443,ws://[::1]:9220', { 'ocpp-registration': 'open' }));
  expect(any && endpointUrl(any, '/ocpp')).toBe('wss://127.0.0.1:9443/ocpp');
  expect(six && endpointUrl(six, '/ocpp')).toBe('ws://[::1]:9220/ocpp');
});
