import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsParameters } from '../../store/session-record.ts';
import { contextOptions, dayOf } from '../../tls/context.ts';
import type { Shown } from '../../tls/credentials.ts';
import { TlsGate } from './tls-gate.ts';
import type { PeerCertificate, TlsOptions } from './transport.ts';

/** How often it is looked whether a day has begun, ms: each has a key of its own for session tickets. */
const NEW_DAY_EVERY_MS = 60_000;

/** A server of Node that listens for TLS through a gate. */
export interface TlsServer {
  readonly server: Server;
  /** Drops those that have not ended their handshake. */
  stop(): void;
}

/** Node says at each handshake what it asks for; a change of it holds for the next. */
interface Asking {
  requestCert: boolean;
}

/**
 * An HTTPS server that takes changed credentials without dropping a socket. `turnedAway` is called for
 * clients that do not begin with TLS.
 */
export function createTlsServer(
  tls: TlsOptions,
  limits: ServerOptions,
  turnedAway: (socket: Socket, came: Buffer) => void,
): TlsServer {
  const { credentials, clientCertificate, ticketSecret, handshakeTimeout, meter } = tls;
  const options = (shown: Shown) => contextOptions(shown, tls, ticketSecret);
  const asks = ({ clientCas }: Shown): boolean =>
    clientCertificate === undefined ? clientCas.length > 0 : clientCertificate !== 'none';
  const server = createServer({
    ...limits,
    ...options(credentials.shown()),
    requestCert: asks(credentials.shown()),
    // Whoever decides about the upgrade can say what is wrong with a certificate.
    rejectUnauthorized: false,
    handshakeTimeout,
    noDelay: true,
  }) as Server & Asking;

  const take = (shown: Shown): void => {
    server.setSecureContext(options(shown));
    server.requestCert = asks(shown);
  };
  credentials.onChange(take);
  let day = dayOf(Date.now());
  const lookingForDay = setInterval(() => {
    if (dayOf(Date.now()) === day) return;
    day = dayOf(Date.now());
    take(credentials.shown());
  }, NEW_DAY_EVERY_MS).unref();

  const [shakeHands] = server.listeners('connection') as [(this: Server, socket: Socket) => void];
  server.removeAllListeners('connection');
  const gate = new TlsGate({
    ...tls,
    begin: (socket) => shakeHands.call(server, socket),
    count: (result) => meter.count(result),
    turnedAway,
  });
  meter.watch(() => gate.size);
  server.on('connection', (socket: Socket) => gate.arrived(socket));
  server.on('secureConnection', (socket) => {
    gate.secured(socket);
    meter.count(socket.isSessionReused() ? 'resumed' : 'full');
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    meter.count(error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT' ? 'timeout' : 'failed');
    socket.destroy();
  });
  return {
    server,
    stop() {
      clearInterval(lookingForDay);
      gate.stop();
    },
  };
}

/** What the handshake of a TLS socket has agreed on; undefined of one that is gone. */
export function agreedOn(socket: TLSSocket): TlsParameters | undefined {
  const protocol = socket.getProtocol();
  return protocol === null ? undefined : { protocol, cipher: socket.getCipher().standardName };
}

/** What the other end of a TLS socket showed; undefined where it showed none or was not asked. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const x509 = socket.getPeerX509Certificate?.();
  if (x509 === undefined) return undefined;
  const { raw } = x509;
  if (!socket.authorized) return { raw, x509, problem: String(socket.authorizationError) };
  // A session that is resumed says what was true at its beginning.
  const hasEnded = Date.parse(x509.validTo) < Date.now();
  return { raw, x509, problem: hasEnded ? 'CERT_HAS_EXPIRED' : undefined };
}
