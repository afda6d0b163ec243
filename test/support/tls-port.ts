import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import { listenOn } from '../../src/edge/transport/listen.ts';
import type {
  HandshakeResult,
  RequestHead,
  TlsOptions,
  TransportEvents,
} from '../../src/edge/transport/transport.ts';
import type { SocketEngine } from '../../src/link/messages.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import { checkContext, contextOptions } from '../../src/tls/context.ts';
import { Credentials } from '../../src/tls/credentials.ts';
import type { EngineKind } from './engines.ts';
import {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  writePem,
} from './test-certificates.ts';

type EchoEvents = TransportEvents<string, { send(text: string): boolean }>;

export interface TlsPortOptions extends Partial<Omit<TlsOptions, 'credentials' | 'ticketSecret' | 'meter'>> {
  readonly transport?: EngineKind | 'auto';
  readonly algorithm?: 'rsa' | 'ec';
  /** Whose client certificates are trusted, PEM. */
  readonly clientCas?: readonly string[];
  readonly ticketSecret?: Uint8Array;
  /** Who begin with a PROXY header. */
  readonly proxies?: (address: string) => boolean;
  /** Instead of the echo. */
  readonly events?: EchoEvents;
  readonly maxFrameSize?: number;
}

/** A TLS port that answers every text with itself, and plain requests with `ok`. */
export interface TlsPort {
  readonly port: number;
  readonly engine: SocketEngine;
  /** Issued the port's certificate. */
  readonly authority: TestAuthority;
  readonly credentials: Credentials;
  /** Lines of the log. */
  readonly lines: Record<string, unknown>[];
  /** What was told of the peers that asked for a WebSocket. */
  readonly heads: Pick<RequestHead, 'remoteAddress' | 'secure' | 'peerCertificate'>[];
  /** How often a handshake ended so. */
  count(result: HandshakeResult): number;
  inFlight(): number;
  /** Writes another pair over the one of the port. */
  replace(pair: TestCertificate): void;
  close(): void;
}

export async function startTlsPort(options: TlsPortOptions = {}): Promise<TlsPort> {
  const {
    transport = 'ws',
    clientCas = [],
    ticketSecret = new Uint8Array(32),
    algorithm,
    proxies,
    ...tls
  } = options;
  const directory = mkdtempSync(join(tmpdir(), 'farad-tls-port-'));
  const authority = await createTestAuthority();
  const replace = ({ certificate, key }: TestCertificate): void => {
    writePem(directory, 'port.pem', certificate);
    writePem(directory, 'port.key', key);
  };
  replace(await authority.issue(algorithm && { algorithm }));
  const lines: Record<string, unknown>[] = [];
  const log = logTo(
    { write: (line) => void lines.push(JSON.parse(line) as object as never) },
    'info',
    'test',
  );
  const settings = { ...loadConfig().ocpp.tls, ...tls };
  const credentials = new Credentials({
    prefix: 'ocpp.tls',
    files: {
      certificates: [join(directory, 'port.pem')],
      keys: [join(directory, 'port.key')],
      ...(clientCas.length > 0 && { clientCas: [writePem(directory, 'clients.pem', ...clientCas)] }),
    },
    log,
    registry: createRegistry({ process: 'test' }),
    check: (shown) => checkContext('ocpp.tls', contextOptions(shown, settings, ticketSecret)),
  });
  const results = new Map<HandshakeResult, number>();
  let inFlight = (): number => 0;
  const heads: TlsPort['heads'][number][] = [];
  const opened = await listenOn(
    transport,
    {
      host: '127.0.0.1',
      port: 0,
      shared: false,
      maxFrameSize: options.maxFrameSize ?? 65_536,
      maxBackpressure: 1024 * 1024,
      proxies,
      tls: {
        ...settings,
        clientCertificate: tls.clientCertificate,
        credentials,
        ticketSecret,
        meter: {
          count: (result) => void results.set(result, (results.get(result) ?? 0) + 1),
          watch: (read) => {
            inFlight = read;
          },
        },
      },
    },
    options.events ?? echoing(heads),
    log,
  );
  return {
    port: opened.port,
    engine: opened.engine,
    authority,
    credentials,
    lines,
    heads,
    count: (result) => results.get(result) ?? 0,
    inFlight: () => inFlight(),
    replace,
    close() {
      opened.stopAccepting();
      credentials.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function echoing(heads: TlsPort['heads'][number][]): EchoEvents {
  return {
    request: () => ({ status: 200, body: 'ok\n' }),
    upgrade({ remoteAddress, secure, peerCertificate }) {
      heads.push({ remoteAddress, secure, peerCertificate });
      return { arrival: '', protocol: 'ocpp1.6' };
    },
    open: (_arrival, socket) => socket,
    message: (session, bytes) => void session.send(bytes.toString()),
    wrongHeader: () => undefined,
    sign: () => undefined,
    close: () => undefined,
  };
}
