import { ConfigError } from './config-error.ts';
import type { Config } from './schema.ts';

/** What serves WebSockets, as `ocpp.transport` and the option `transport` of an endpoint name it. */
export const TRANSPORTS = ['auto', 'uws', 'uws-old', 'ws'] as const;

export type Transport = (typeof TRANSPORTS)[number];
const CLIENT_CERTIFICATES = ['none', 'ask', 'require'] as const;
const PROXY_PROTOCOLS = ['none', 'v2'] as const;

/** Where charge points connect: one port of every edge. */
export interface Endpoint {
  /** Over TLS. */
  readonly secure: boolean;
  /** An IPv6 address without its brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly transport: Transport;
  /** Undefined: `ask` once any client CA is known, `none` until then. */
  readonly clientCertificate: (typeof CLIENT_CERTIFICATES)[number] | undefined;
  /** Whether proxies of `trustedProxies` begin each connection with a header of the PROXY protocol. */
  readonly proxyProtocol: (typeof PROXY_PROTOCOLS)[number];
}

/** What decides about the endpoints. */
export interface EndpointSettings {
  readonly ocpp: Pick<Config['ocpp'], 'endpoints' | 'host' | 'port' | 'transport'>;
}

/**
 * The endpoints of `ocpp.endpoints`, or the one of `ocpp.host`, `ocpp.port` and `ocpp.transport`. Throws
 * ConfigError for one that cannot be read.
 */
export function endpointsOf({ ocpp }: EndpointSettings): readonly Endpoint[] {
  const { endpoints, host, port, transport } = ocpp;
  if (endpoints.length > 0) return endpoints.map(readEndpoint);
  return [{ secure: false, host, port, transport, clientCertificate: undefined, proxyProtocol: 'none' }];
}

/**
 * The settings with ports that were bound before in place of those that the system chose, in the order of
 * `endpointsOf`.
 */
export function withPorts<Settings extends EndpointSettings>(
  config: Settings,
  ports: readonly (number | undefined)[],
): Settings {
  const { ocpp } = config;
  if (ocpp.endpoints.length === 0) return { ...config, ocpp: { ...ocpp, port: ports[0] ?? ocpp.port } };
  const endpoints = ocpp.endpoints.map((text, index) => {
    const port = ports[index];
    return port === undefined ? text : text.replace(/:\d+(?=\/?(\?|$))/, `:${port}`);
  });
  return { ...config, ocpp: { ...ocpp, endpoints } };
}

/** Base URL for charge points: any-address hosts are shown as loopback. `path` is `ocpp.path`. */
export function endpointUrl({ secure, host, port }: Endpoint, path: string): string {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'wss' : 'ws'}://${shown}:${port}${path}`;
}

const FORM = /^(wss?):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})\/?(?:\?(.*))?$/;

function readEndpoint(text: string): Endpoint {
  const [, scheme, host = '', digits, query = ''] = FORM.exec(text) ?? [];
  const port = Number(digits);
  if (scheme === undefined || port > 65_535) {
    throw wrong(text, 'must be ws://HOST:PORT or wss://HOST:PORT; the path is ocpp.path');
  }
  const secure = scheme === 'wss';
  const options = new URLSearchParams(query);
  const transport = optionOf(options, 'transport', TRANSPORTS, text) ?? 'auto';
  const clientCertificate = optionOf(options, 'clientCertificate', CLIENT_CERTIFICATES, text);
  const proxyProtocol = optionOf(options, 'proxyProtocol', PROXY_PROTOCOLS, text) ?? 'none';
  if (!secure && clientCertificate !== undefined) throw wrong(text, 'has clientCertificate, which needs wss');
  const [unknown] = options.keys();
  if (unknown !== undefined)
    throw wrong(text, `has an option ${unknown}; there are transport, clientCertificate and proxyProtocol`);
  return { secure, host: host.replace(/^\[|\]$/g, ''), port, transport, clientCertificate, proxyProtocol };
}

/** Takes the option out of the query. */
function optionOf<Word extends string>(
  options: URLSearchParams,
  name: string,
  words: readonly Word[],
  text: string,
): Word | undefined {
  const given = options.get(name);
  options.delete(name);
  if (given === null) return undefined;
  const word = words.find((candidate) => candidate === given);
  if (word === undefined) throw wrong(text, `has ${name}=${given}, which must be one of ${words.join(', ')}`);
  return word;
}

function wrong(text: string, problem: string): ConfigError {
  return new ConfigError('ocpp.endpoints', `ocpp.endpoints: ${JSON.stringify(text)} ${problem}`);
}
