import type { X509Certificate } from 'node:crypto';
import type { SocketEngine } from '../../link/messages.ts';
import type { TlsParameters } from '../../store/session-record.ts';
import type { ContextSettings } from '../../tls/context.ts';
import type { Credentials } from '../../tls/credentials.ts';

/**
 * What Farad needs of a WebSocket server. Two implementations (`uws.ts`, `ws.ts`) behave alike as far as a
 * charge point can tell; what is outside this folder only says which one runs.
 */

/** The head of an HTTP request. Only valid during the call that it is handed to. */
export interface RequestHead {
  /** As sent. */
  readonly method: string;
  /** The path as sent: not decoded, without the query. */
  readonly path: string;
  readonly remoteAddress: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** What the peer showed in the TLS handshake; undefined without TLS, and where it showed none. */
  readonly peerCertificate: PeerCertificate | undefined;
  /** What the handshake has agreed on; undefined without TLS, and where it is not known. */
  readonly tls?: TlsParameters | undefined;
  /** Whether the endpoint demands one that is to be trusted (`clientCertificate=require`). */
  readonly demandsCertificate?: boolean;
  /** Value of a header by its lower-case name, empty if absent; repeated ones joined by a comma. */
  header(name: string): string;
}

/**
 * The certificate of a TLS client, shown or not to be trusted: whoever decides about the upgrade decides
 * about it too.
 */
export interface PeerCertificate {
  /** DER of the certificate itself, without those that issued it. */
  readonly raw: Uint8Array;
  /** The same, where the transport has read it already. */
  readonly x509?: X509Certificate;
  /**
   * Why it is not to be trusted, by OpenSSL's name (`CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`);
   * undefined where its chain leads to a client CA of the endpoint.
   */
  readonly problem: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Let the request become a WebSocket. */
export interface Upgrade<Arrival> {
  /** What is known about the peer; handed to `open`. */
  readonly arrival: Arrival;
  /** The one subprotocol that the server chose; empty sends no such header. */
  readonly protocol: string;
}

/**
 * The server's end of one WebSocket. Every method may be called at any time; after the close they do nothing.
 */
export interface Socket {
  /** Sends a text message; false if the socket is closed or was closed because too much waits to be sent. */
  send(text: string): boolean;
  ping(): void;
  /**
   * Stops reading, so that the peer has to wait with its sending; false where the transport cannot. What has
   * been read still comes.
   */
  pause(): boolean;
  /** Reads again. */
  resume(): void;
  /** Sends a close frame with `code` and `reason` (at most 123 bytes), then ends the connection. */
  end(code: number, reason: string): void;
  /** Drops the connection without a close frame, for a peer that does not answer. */
  drop(): void;
}

/** What happens on the port, for the edge to handle. No handler may throw. */
export interface TransportEvents<Arrival, Session> {
  /** A request that does not ask for a WebSocket, or not properly. */
  request(head: RequestHead): HttpAnswer;
  /** A request for a WebSocket with a `Sec-WebSocket-Key`. */
  upgrade(head: RequestHead): Upgrade<Arrival> | HttpAnswer;
  /** A connection was closed before any request because of its PROXY header; `problem` says why in words. */
  wrongHeader(remoteAddress: string, problem: string): void;
  /**
   * The WebSocket is open; what this returns is handed to every later event of it. Undefined: nothing about
   * it shall be told.
   */
  open(arrival: Arrival, socket: Socket): Session | undefined;
  /** A whole message; `bytes` are only valid during the call. Text is valid UTF-8. */
  message(session: Session, bytes: Buffer, binary: boolean): void;
  /** A ping or pong arrived (pings are answered by the transport). */
  sign(session: Session): void;
  /**
   * Once per opened socket, after which it is gone. 1006 where no close frame came; `reason` may be the
   * transport's own words.
   */
  close(session: Session, code: number, reason: string): void;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whether other processes may listen on the same port. */
  readonly shared: boolean;
  /** Bytes of a whole message; a larger one closes the socket. */
  readonly maxFrameSize: number;
  /** Bytes that may wait to be sent on one socket; more closes it. */
  readonly maxBackpressure: number;
  /** The proxies that begin each connection with a PROXY header; absent: nobody may. */
  readonly proxies?: ((address: string) => boolean) | undefined;
  /** Absent on a plain port. */
  readonly tls?: TlsOptions;
}

/** What a port does over TLS. */
export interface TlsOptions extends ContextSettings, GateLimits {
  readonly credentials: Pick<Credentials, 'shown' | 'onChange'>;
  /** Undefined: `ask` once any client CA is known, `none` until then. */
  readonly clientCertificate: 'none' | 'ask' | 'require' | undefined;
  /** Shared by all processes that listen on the port. */
  readonly ticketSecret: Uint8Array;
  readonly meter: HandshakeMeter;
}

/** Where a TLS port reports its handshakes. */
export interface HandshakeMeter {
  count(result: HandshakeResult): void;
  /** `inFlight` says how many are not done, whenever it is asked. */
  watch(inFlight: () => number): void;
}

/** What became of a TLS handshake; a label of a metric. */
export type HandshakeResult =
  | 'full'
  | 'resumed'
  | 'failed'
  | 'timeout'
  | 'not_tls'
  | 'plain_http'
  | 'too_many';

export interface GateLimits {
  /** How long a client may take to begin its handshake, and again to end it, ms. */
  readonly handshakeTimeout: number;
  /** Most that have not ended it. */
  readonly maxHandshakes: number;
  readonly handshakesPerSecond: number;
}

export interface Transport {
  readonly engine: SocketEngine;
  /** The port that is bound. */
  readonly port: number;
  /** No new connection from now on; open sockets stay until they are ended one by one. */
  stopAccepting(): void;
}

/** Starts a server. Rejects with ListenError where the port cannot be had. */
export type Listen = <Arrival, Session>(
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
) => Promise<Transport>;

/** What is wrong with a PROXY header on a port that does not expect any. */
export const UNEXPECTED_HEADER = 'a PROXY header, and the endpoint has no proxyProtocol=v2';

export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Reason phrases of the answers that Farad gives. */
const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** `404 Not Found` */
export function statusLine(status: number): string {
  return `${status} ${PHRASES[status] ?? 'Error'}`;
}

export function isUpgrade<Arrival>(reply: Upgrade<Arrival> | HttpAnswer): reply is Upgrade<Arrival> {
  return 'protocol' in reply;
}
