import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { SocketEngine } from '../../link/messages.ts';
import { expectProxyHeaders } from '../../proxy/proxy-gate.ts';
import { isProxyHeader } from '../../proxy/proxy-header.ts';
import type { TlsParameters } from '../../store/session-record.ts';
import { Endings } from './endings.ts';
import { httpText } from './http-text.ts';
import { agreedOn, createTlsServer, peerCertificate } from './tls-server.ts';
import {
  type HttpAnswer,
  isUpgrade,
  ListenError,
  type ListenOptions,
  type PeerCertificate,
  type RequestHead,
  type Socket,
  type TlsOptions,
  type Transport,
  type TransportEvents,
  UNEXPECTED_HEADER,
} from './transport.ts';

const { version } = createRequire(import.meta.url)('ws/package.json') as { version: string };
const WS: SocketEngine = { kind: 'ws', package: 'ws', version, adapted: false };

/** Longest that a peer may take for the request head, ms. */
const HEAD_TIMEOUT_MS = 10_000;

/** Longest wait for the peer's half of a close, ms; then the connection is dropped. */
const CLOSE_TIMEOUT_MS = 2000;

/**
 * Connections that the kernel keeps until Node takes them, one a turn of its loop, so that a whole fleet may
 * come at once: a client whose connection finds no room tries again after 1, 3, 7 and 15 s. Linux allows no
 * more than `net.core.somaxconn`.
 */
const WAITING_CONNECTIONS = 65_535;

/** What Node finds wrong with the bytes of a request. */
interface ClientError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

const BAD_REQUEST: HttpAnswer = { status: 400, body: 'not a request that can be read\n' };
const UNREADABLE: Readonly<Record<string, HttpAnswer>> = {
  HPE_HEADER_OVERFLOW: { status: 431, body: 'too many or too long headers\n' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, body: 'the head of the request did not come in time\n' },
};

/**
 * `ws` on Node's http as a transport: works everywhere, over TLS too. Rejects with ListenError where the port
 * cannot be had.
 */
export async function listenWs<Arrival, Session>(
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
): Promise<Transport> {
  // The types of ws do not know closeTimeout yet.
  const socketOptions: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxFrameSize,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const sockets = new WebSocketServer(socketOptions);
  const endings = new Endings();
  const limits = { headersTimeout: HEAD_TIMEOUT_MS, requestTimeout: HEAD_TIMEOUT_MS };
  const lookForHeader = (address: string | undefined, came: Buffer | undefined): void => {
    if (options.proxies || came === undefined || !isProxyHeader(came)) return;
    events.wrongHeader(address ?? '', UNEXPECTED_HEADER);
  };
  const secured =
    options.tls &&
    createTlsServer(options.tls, limits, (socket, came) => lookForHeader(socket.remoteAddress, came));
  const server = secured?.server ?? createServer(limits);
  if (options.proxies) {
    const refused = (address: string, problem: string): void => events.wrongHeader(address, problem);
    expectProxyHeaders(server, { isProxy: options.proxies, refused });
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = events.request(new NodeHead(request, options.tls));
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      ...headers,
      Connection: 'close',
    });
    response.end(body);
  });
  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    // A peer that goes away meanwhile is not worth a word: there is no session yet.
    connection.on('error', () => connection.destroy());
    const requestHead = new NodeHead(request, options.tls);
    const asks = requestHead.header('sec-websocket-key') !== '';
    const reply = asks ? events.upgrade(requestHead) : events.request(requestHead);
    if (!isUpgrade(reply)) {
      connection.end(httpText(reply));
      return;
    }
    // The choice is made already: ws would otherwise take the first that was offered.
    if (reply.protocol !== '') request.headers['sec-websocket-protocol'] = reply.protocol;
    else delete request.headers['sec-websocket-protocol'];
    sockets.handleUpgrade(request, connection, head, (ws) => {
      endings.watch(connection);
      const socket = new WsSocket<Session>(ws, options.maxBackpressure, events);
      socket.opened(events.open(reply.arrival, socket));
    });
  });
  server.on('clientError', (error: ClientError, socket: Duplex & { remoteAddress?: string }) => {
    lookForHeader(socket.remoteAddress, error.rawPacket);
    if (socket.writable) socket.end(httpText(UNREADABLE[error.code ?? ''] ?? BAD_REQUEST));
    else socket.destroy();
  });
  const port = await listen(server, options);
  return {
    engine: WS,
    port,
    stopAccepting() {
      server.close();
      secured?.stop();
    },
  };
}

type SessionEvents<Session> = Pick<TransportEvents<unknown, Session>, 'message' | 'sign' | 'close'>;

class WsSocket<Session> implements Socket {
  private readonly ws: WebSocket;
  private readonly maxBackpressure: number;
  private readonly events: SessionEvents<Session>;
  private session: Session | undefined;
  private closed: { readonly code: number; readonly reason: string } | undefined;
  /** What ws had against the peer's last frame. */
  private failure = '';

  constructor(ws: WebSocket, maxBackpressure: number, events: SessionEvents<Session>) {
    this.ws = ws;
    this.maxBackpressure = maxBackpressure;
    this.events = events;
  }

  opened(session: Session | undefined): void {
    const { ws, events } = this;
    ws.on('error', (error) => {
      this.failure = error.message;
    });
    if (session === undefined) return;
    this.session = session;
    if (this.closed) {
      events.close(session, this.closed.code, this.closed.reason);
      return;
    }
    ws.on('message', (data: RawData, binary: boolean) => {
      if (!this.closed) events.message(session, data as Buffer, binary);
    });
    ws.on('ping', () => events.sign(session));
    ws.on('pong', () => events.sign(session));
    ws.on('close', (code, reason) => this.gone(code, reason.toString() || this.failure));
  }

  send(text: string): boolean {
    if (this.closed || this.ws.readyState !== this.ws.OPEN) return false;
    if (this.ws.bufferedAmount > this.maxBackpressure) {
      this.drop();
      return false;
    }
    this.ws.send(text);
    return true;
  }

  ping(): void {
    if (!this.closed && this.ws.readyState === this.ws.OPEN) this.ws.ping();
  }

  pause(): boolean {
    if (this.closed || this.ws.readyState !== this.ws.OPEN) return false;
    this.ws.pause();
    return true;
  }

  resume(): void {
    if (!this.closed) this.ws.resume();
  }

  end(code: number, reason: string): void {
    if (this.closed) return;
    // Else the peer's half of the close would never be read.
    this.ws.resume();
    this.ws.close(code, reason);
    this.gone(code, reason);
  }

  drop(): void {
    if (this.closed) return;
    this.ws.terminate();
    this.gone(1006, this.failure);
  }

  /** Called once: at our own close at once, without waiting for the peer's half. */
  private gone(code: number, reason: string): void {
    if (this.closed) return;
    this.closed = { code, reason };
    if (this.session !== undefined) this.events.close(this.session, code, reason);
  }
}

class NodeHead implements RequestHead {
  readonly secure: boolean;
  readonly demandsCertificate: boolean;
  private readonly request: IncomingMessage;
  private shown: { readonly by: PeerCertificate | undefined } | undefined;

  constructor(request: IncomingMessage, tls: TlsOptions | undefined) {
    this.request = request;
    this.secure = tls !== undefined;
    this.demandsCertificate = tls?.clientCertificate === 'require';
  }

  /** Read once: each time it is asked for, OpenSSL makes it anew. */
  get peerCertificate(): PeerCertificate | undefined {
    if (this.secure) this.shown ??= { by: peerCertificate(this.request.socket as TLSSocket) };
    return this.shown?.by;
  }

  get tls(): TlsParameters | undefined {
    return this.secure ? agreedOn(this.request.socket as TLSSocket) : undefined;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  get path(): string {
    const url = this.request.url ?? '';
    const query = url.indexOf('?');
    return query < 0 ? url : url.slice(0, query);
  }

  get remoteAddress(): string {
    return this.request.socket.remoteAddress ?? '';
  }

  header(name: string): string {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(',') : (value ?? '');
  }
}

async function listen(server: Server, { host, port, shared }: ListenOptions): Promise<number> {
  if (!shared || port !== 0) return bind(server, host, port, !shared);
  // The supervisor hands out a port by its number: so the first to come finds one, and asks for that.
  const finder = createServer();
  const found = await bind(finder, host, 0, true);
  await new Promise((resolve) => finder.close(resolve));
  return bind(server, host, found, false);
}

function bind(server: Server, host: string, port: number, exclusive: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(`cannot listen on ${host}:${port}: ${error.code ?? error.message}`));
    });
    // What is not exclusive comes from the supervisor, which binds it once for all.
    server.listen({ host, port, exclusive, backlog: WAITING_CONNECTIONS }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}
