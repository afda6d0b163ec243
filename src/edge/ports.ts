import { type Endpoint, endpointsOf, endpointUrl } from '../config/endpoints.ts';
import type { Config } from '../config/schema.ts';
import type { OcppEndpoint } from '../link/messages.ts';
import type { Degradation } from '../link/methods.ts';
import type { CertificateAuthorities } from '../store/certificate-authorities.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { checkContext, contextOptions } from '../tls/context.ts';
import { Credentials } from '../tls/credentials.ts';
import { TlsMeter } from './tls-meter.ts';
import { listenOn } from './transport/listen.ts';
import type { TlsOptions, Transport, TransportEvents } from './transport/transport.ts';

/** How often the client CAs of Farad's own are looked at, ms. */
const LOOK_EVERY_MS = 1000;

/** Group of the settings. */
const PREFIX = 'ocpp.tls';

export interface PortOptions {
  readonly config: Pick<Config, 'ocpp'>;
  /** Whose PROXY headers are believed, where an endpoint speaks that protocol. */
  readonly isProxy: (address: string) => boolean;
  /** Whether other edges listen on the same ports. */
  readonly shared: boolean;
  /** The same in all of them. */
  readonly ticketSecret: Uint8Array;
  /**
   * Farad's own, whose client certificates are trusted beside those of `ocpp.tls.clientCas`; looked at once a
   * second.
   */
  readonly authorities: Pick<CertificateAuthorities, 'revision' | 'trusted'>;
  readonly log: Log;
  readonly registry: Registry;
}

/** The ports of an edge. */
export interface Ports {
  /** In the order of the settings. */
  readonly endpoints: readonly OcppEndpoint[];
  /** Ports that were bound, in the same order. */
  readonly numbers: readonly number[];
  /** No new connection from now on; open sockets stay. */
  stopAccepting(): void;
  /**
   * Reads the files of `ocpp.tls` again; returns why they are not taken, undefined where they are or nothing
   * speaks TLS.
   */
  reload(): string | undefined;
  degraded(): Degradation[];
}

/** Listens on all endpoints. Rejects with ListenError or KeyPairError, and then listens on none. */
export async function openPorts<Arrival, Session>(
  options: PortOptions,
  door: TransportEvents<Arrival, Session>,
): Promise<Ports> {
  const { config, shared, log } = options;
  const { ocpp } = config;
  const endpoints = endpointsOf(config);
  const tls = endpoints.some(({ secure }) => secure) ? new TlsSide(options) : undefined;
  const opened: Transport[] = [];
  const stopAccepting = (): void => {
    tls?.stop();
    for (const transport of opened) transport.stopAccepting();
  };
  try {
    for (const endpoint of endpoints) {
      const { host, port, transport, secure, proxyProtocol } = endpoint;
      const { maxFrameSize, maxBackpressure } = ocpp;
      const proxies = proxyProtocol === 'v2' ? options.isProxy : undefined;
      const given = { host, port, shared, maxFrameSize, maxBackpressure, proxies };
      const opening = secure && tls ? { ...given, tls: tls.optionsOf(endpoint) } : given;
      opened.push(await listenOn(transport, opening, door, log));
    }
  } catch (error) {
    stopAccepting();
    throw error;
  }
  return {
    endpoints: opened.map(({ engine, port }, index) => ({
      url: endpointUrl({ ...(endpoints[index] as Endpoint), port }, ocpp.path),
      engine,
    })),
    numbers: opened.map(({ port }) => port),
    stopAccepting,
    reload: () => tls?.credentials.reload(),
    degraded: () => tls?.degraded() ?? [],
  };
}

/** What the TLS ports of an edge share. */
class TlsSide {
  readonly credentials: Credentials;
  private readonly options: PortOptions;
  private readonly meter: TlsMeter;
  private readonly looking: NodeJS.Timeout;
  /** Of the authorities as they are trusted. */
  private revision: number | undefined;

  constructor(options: PortOptions) {
    const { config, ticketSecret, log, registry } = options;
    const { tls } = config.ocpp;
    this.options = options;
    this.meter = new TlsMeter(registry);
    this.credentials = new Credentials({
      prefix: PREFIX,
      files: tls,
      log,
      registry,
      check: (shown) => checkContext(PREFIX, contextOptions(shown, tls, ticketSecret)),
    });
    this.lookAtAuthorities();
    this.looking = setInterval(() => this.lookAtAuthorities(), LOOK_EVERY_MS).unref();
  }

  optionsOf({ clientCertificate }: Endpoint): TlsOptions {
    const { config, ticketSecret } = this.options;
    const { credentials, meter } = this;
    return { ...config.ocpp.tls, credentials, clientCertificate, ticketSecret, meter };
  }

  degraded(): Degradation[] {
    return this.credentials.problems().map(({ since, text }) => ({ name: PREFIX, since, cause: text }));
  }

  private lookAtAuthorities(): void {
    const { authorities } = this.options;
    const revision = authorities.revision();
    if (revision === this.revision) return;
    this.revision = revision;
    this.credentials.trust(authorities.trusted());
  }

  stop(): void {
    clearInterval(this.looking);
    this.credentials.stop();
  }
}
