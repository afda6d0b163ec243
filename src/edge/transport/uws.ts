import type { AppOptions, TemplatedApp, us_listen_socket, WebSocket } from '@btc-vision/uwebsockets.js';
import { ocppTls } from '../../config/tls-settings.ts';
import type { Shown } from '../../tls/credentials.ts';
import {
  isUpgrade,
  ListenError,
  type ListenOptions,
  type Socket,
  type TlsOptions,
  type Transport,
  type TransportEvents,
} from './transport.ts';
import type { UwsBuild, UwsModule } from './uws-builds.ts';
import { answer, refuseHeader, UwsHead } from './uws-request.ts';

/** Listens with options, which the types leave out. */
interface ListeningApp {
  listen(
    host: string,
    port: number,
    options: number,
    listening: (socket: us_listen_socket | false) => void,
  ): unknown;
}

/** What bounds the handshakes of a port, where it was set. */
const LIMITS = ['handshakeTimeout', 'maxHandshakes', 'handshakesPerSecond'] as const;

const SHARED_PORT = 0;

/** uWebSockets.js as a transport. Rejects with ListenError where the port cannot be had. */
export async function listenUws<Arrival, Session>(
  { uws, info }: UwsBuild,
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
): Promise<Transport> {
  const { host, shared, tls } = options;
  let { port } = options;
  let app = tls ? uws.SSLApp(pairOf(tls.credentials.shown(), tls)) : uws.App();
  addRoutes(app, uws, options, events);
  if (port === 0 || (tls && !shared)) {
    // Only with a number does the engine ask for sharing, and for a port that old connections of a killed
    // edge still linger on.
    const found = listen(app, uws, { host, port, shared: false });
    port = uws.us_socket_local_port(found);
    uws.us_listen_socket_close(found);
  }
  let token = listen(app, uws, { host, port, shared: shared || tls !== undefined });
  let accepting = true;
  const stopAccepting = (): void => {
    if (accepting) uws.us_listen_socket_close(token);
    accepting = false;
  };
  // An app keeps its pair: another one shares the port for a moment, and who is connected stays with the
  // first.
  tls?.credentials.onChange((shown) => {
    if (!accepting) return;
    const next = uws.SSLApp(pairOf(shown, tls));
    addRoutes(next, uws, options, events);
    const opened = listenNow(next, { host, port, mode: SHARED_PORT });
    if (!opened) throw new ListenError(`cannot listen on ${host}:${port} again`);
    const former = token;
    [app, token] = [next, opened];
    // Just after the turn has accepted what waits there: that would be reset.
    setImmediate(() => uws.us_listen_socket_close(former));
  });
  return { engine: info, port: uws.us_socket_local_port(token), stopAccepting };
}

/** Why the engine cannot do what the port is to do; undefined where it can. */
export function whyNotUws({ tls, proxies }: ListenOptions): string | undefined {
  if (proxies) return 'it believes the PROXY header of anybody, and says nothing of one that is wrong';
  return tls && whyNotTls(tls);
}

function whyNotTls(tls: TlsOptions): string | undefined {
  const { credentials, clientCertificate, minVersion, sessionTickets } = tls;
  const limit = LIMITS.find((name) => tls[name] !== ocppTls[name].default);
  const { pairs, clientCas } = credentials.shown();
  const asks = clientCertificate ?? (clientCas.length > 0 ? 'ask' : 'none');
  if (pairs.length > 1) return 'it shows one certificate, and ocpp.tls.certificates has more';
  if (asks !== 'none') return 'client certificates are asked for, and it cannot say what is wrong with one';
  if (minVersion !== 'TLSv1.2') return 'it always speaks TLS 1.2, which ocpp.tls.minVersion forbids';
  if (!sessionTickets) return 'it always gives session tickets, which ocpp.tls.sessionTickets forbids';
  if (limit) return `it neither rations nor counts its handshakes, as ocpp.tls.${limit} asks for`;
  return undefined;
}

/** What the engine is to show; it reads the files itself. */
function pairOf({ pairs }: Shown, { ciphers }: TlsOptions): AppOptions {
  const [pair] = pairs;
  if (pair === undefined) throw new ListenError('a TLS port needs a certificate');
  return {
    cert_file_name: pair.file,
    key_file_name: pair.keyFile,
    ssl_ciphers: ciphers,
    ssl_prefer_low_memory_usage: true,
  };
}

function addRoutes<Arrival, Session>(
  app: TemplatedApp,
  uws: UwsModule,
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
): void {
  const secure = options.tls !== undefined;
  app.ws<{ arrival: Arrival }>('/*', {
    compression: uws.DISABLED,
    // What the engine refuses itself ends without a close frame: so it refuses only what is far beyond.
    maxPayloadLength: 2 * options.maxFrameSize,
    maxBackpressure: options.maxBackpressure,
    closeOnBackpressureLimit: true,
    idleTimeout: 0,
    maxLifetime: 0,
    sendPingsAutomatically: false,
    upgrade(res, req, context) {
      if (refuseHeader(res, events)) return;
      const reply = events.upgrade(new UwsHead(req, res, secure));
      if (!isUpgrade(reply)) return answer(res, reply);
      res.upgrade(
        { arrival: reply.arrival },
        req.getHeader('sec-websocket-key'),
        reply.protocol,
        '',
        context,
      );
    },
    open(ws) {
      const carrying = ws as Carrying<Arrival, Session>;
      // Kept on the object itself: reading it there is several times cheaper than getUserData() for every
      // message.
      carrying.farad = new UwsSocket<Session>(ws);
      carrying.farad.opened(events.open(ws.getUserData().arrival, carrying.farad), events);
    },
    message(ws, message, binary) {
      const { session } = (ws as Carrying<Arrival, Session>).farad;
      if (message.byteLength > options.maxFrameSize) ws.end(TOO_BIG, 'the message is too big');
      else if (session !== undefined) events.message(session, Buffer.from(message), binary);
    },
    ping(ws) {
      const { session } = (ws as Carrying<Arrival, Session>).farad;
      if (session !== undefined) events.sign(session);
    },
    pong(ws) {
      const { session } = (ws as Carrying<Arrival, Session>).farad;
      if (session !== undefined) events.sign(session);
    },
    close(ws, code, message) {
      (ws as Carrying<Arrival, Session>).farad.gone(code, Buffer.from(message).toString(), events);
    },
  });
  app.any('/*', (res, req) => {
    if (!refuseHeader(res, events)) answer(res, events.request(new UwsHead(req, res, secure)));
  });
}

/** The WebSocket object with what Farad keeps on it. */
type Carrying<Arrival, Session> = WebSocket<{ arrival: Arrival }> & { farad: UwsSocket<Session> };

type Close<Session> = Pick<TransportEvents<unknown, Session>, 'close'>;

class UwsSocket<Session> implements Socket {
  session: Session | undefined;
  private closed: { readonly code: number; readonly reason: string } | undefined;
  private readonly ws: Pick<WebSocket<unknown>, 'send' | 'ping' | 'end' | 'close'>;

  constructor(ws: Pick<WebSocket<unknown>, 'send' | 'ping' | 'end' | 'close'>) {
    this.ws = ws;
  }

  opened(session: Session | undefined, events: Close<Session>): void {
    this.session = session;
    if (session !== undefined && this.closed) events.close(session, this.closed.code, this.closed.reason);
  }

  /** The engine calls it within `end` and `close`, too; the object must not be touched any more. */
  gone(code: number, reason: string, events: Close<Session>): void {
    this.closed = { code, reason };
    if (this.session !== undefined) events.close(this.session, code, reason);
  }

  send(text: string): boolean {
    return !this.closed && this.ws.send(text) !== DROPPED;
  }

  ping(): void {
    if (!this.closed) this.ws.ping();
  }

  /** The engine reads its sockets always. */
  pause(): boolean {
    return false;
  }

  resume(): void {
    // Never paused.
  }

  end(code: number, reason: string): void {
    if (!this.closed) this.ws.end(code, reason);
  }

  drop(): void {
    if (!this.closed) this.ws.close();
  }
}

/** Close code of a message that is too big (RFC 6455 §7.4.1). */
const TOO_BIG = 1009;

/** What `send` returns when the limit of backpressure was reached and the message thrown away. */
const DROPPED = 2;

function listen(
  app: TemplatedApp,
  uws: UwsModule,
  { host, port, shared }: Pick<ListenOptions, 'host' | 'port' | 'shared'>,
): us_listen_socket {
  const mode = shared ? SHARED_PORT : uws.LIBUS_LISTEN_EXCLUSIVE_PORT;
  const token = listenNow(app, { host, port, mode });
  if (token) return token;
  throw new ListenError(`cannot listen on ${host}:${port}: the port is taken or not allowed`);
}

/** The engine listens within the call. */
function listenNow(
  app: TemplatedApp,
  { host, port, mode }: { readonly host: string; readonly port: number; readonly mode: number },
): us_listen_socket | undefined {
  let opened: us_listen_socket | false = false;
  (app as unknown as ListeningApp).listen(host, port, mode, (token) => {
    opened = token;
  });
  return opened || undefined;
}
