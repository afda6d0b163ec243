import type { Socket } from 'node:net';
import { TokenBucket } from '../token-bucket.ts';
import { httpText } from './http-text.ts';
import { NewestFirst } from './newest-first.ts';
import type { GateLimits, HandshakeResult } from './transport.ts';

export interface GateOptions extends GateLimits {
  /** Begins the handshake; what was read of it lies in the socket again. */
  begin(socket: Socket): void;
  count(result: HandshakeResult): void;
  /** Called for a client that does not begin with TLS, and with what came of it. */
  turnedAway(socket: Socket, came: Buffer): void;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

/** A record of TLS (RFC 8446 §5.1): type, version, length. */
const RECORD_HEAD = 5;
const HANDSHAKE = 0x16;
const MAX_RECORD = 16_384 + 256;

/** `GET `, `POST `, … */
const HTTP = /^[A-Z]{3,7} /;
const PLAIN_ANSWER = httpText({ status: 400, body: 'this port speaks TLS: connect with wss\n' });

/** A handshake takes a good part of a millisecond: after so many others get their turn. */
const PER_TURN = 2;

/** How often those that take too long are looked for, as a share of their time. */
const SWEEPS = 8;

/** How long the next in line waits before the rate is looked at again, ms. */
const RATE_STEP_MS = 2;

interface Arrived {
  readonly at: number;
  readonly chunks: Buffer[];
}

/** Of one that is in line. */
interface Hello {
  readonly came: Buffer;
  /** Keeps in the socket what comes after it. */
  readonly keep: (chunk: Buffer) => void;
}

/**
 * Stands before the TLS of a port. A client costs nothing but its socket until it has sent the whole of its
 * first record; then it gets in line, so that a storm of handshakes leaves time for those who are connected.
 * Whoever leaves the line costs no handshake.
 */
export class TlsGate {
  private readonly options: GateOptions;
  private readonly clock: () => number;
  private readonly rate: TokenBucket;
  /** Of which nothing worth a handshake has come; longest first. */
  private readonly silent = new Map<Socket, Arrived>();
  private readonly line = new NewestFirst<Socket, Hello>();
  /**
   * Those that shake hands, until it is done, by the other end: Node reports a TLS socket, and not of the
   * one below.
   */
  private readonly shaking = new Map<string, Socket>();
  private readonly sweeping: NodeJS.Timeout;
  private pumping = false;
  /** One function for all sockets: Node calls it on the socket. */
  private readonly closed: (this: Socket) => void;

  constructor(options: GateOptions) {
    this.options = options;
    const forget = (socket: Socket): void => this.forget(socket);
    this.closed = function (this: Socket) {
      forget(this);
    };
    this.clock = options.clock ?? (() => performance.now());
    const { handshakesPerSecond, handshakeTimeout } = options;
    this.rate = new TokenBucket(handshakesPerSecond, Math.max(1, handshakesPerSecond / 20));
    this.sweeping = setInterval(() => this.sweep(), handshakeTimeout / SWEEPS).unref();
  }

  /** Connections that have not ended their handshake. */
  get size(): number {
    return this.silent.size + this.line.size + this.shaking.size;
  }

  /** Takes a new connection, nothing of which has been read. */
  arrived(socket: Socket): void {
    const { maxHandshakes, count } = this.options;
    socket.on('error', ignore);
    if (this.size >= maxHandshakes) {
      count('too_many');
      const [longest] = this.silent.keys();
      (longest ?? socket).destroy();
      if (longest === undefined) return;
      this.forget(longest);
    }
    const arrived: Arrived = { at: this.clock(), chunks: [] };
    this.silent.set(socket, arrived);
    socket.on('close', this.closed);
    const read = (chunk: Buffer): void => {
      arrived.chunks.push(chunk);
      const came = arrived.chunks.length === 1 ? chunk : Buffer.concat(arrived.chunks);
      const opening = look(came);
      if (opening === 'more') return;
      socket.off('data', read);
      this.silent.delete(socket);
      if (opening === 'hello') this.queue(socket, came);
      else this.turnAway(socket, opening, came);
    };
    socket.on('data', read);
  }

  /** The handshake of this TLS socket, or of the one below it, is done: it counts no more. */
  secured(end: Pick<Socket, 'remoteAddress' | 'remotePort'>): void {
    const socket = this.shaking.get(keyOf(end));
    if (socket === undefined) return;
    this.forget(socket);
    socket.off('close', this.closed);
  }

  stop(): void {
    clearInterval(this.sweeping);
    for (const socket of [...this.silent.keys(), ...this.line.keys()]) socket.destroy();
  }

  private queue(socket: Socket, came: Buffer): void {
    const keep = (chunk: Buffer): void => {
      socket.pause();
      socket.unshift(chunk);
    };
    // Read on, so that its end is noticed.
    socket.once('data', keep);
    this.line.add(socket, { came, keep });
    this.pump();
  }

  private turnAway(socket: Socket, opening: 'not_tls' | 'plain_http', came: Buffer): void {
    this.options.count(opening);
    this.options.turnedAway(socket, came);
    if (opening === 'plain_http') socket.end(PLAIN_ANSWER);
    // Also ends a peer that goes on talking.
    socket.destroySoon();
  }

  private forget(socket: Socket): void {
    this.silent.delete(socket);
    this.line.delete(socket);
    const key = keyOf(socket);
    if (this.shaking.get(key) === socket) this.shaking.delete(key);
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    this.pumping = false;
    let begun = 0;
    while (this.line.size > 0 && begun < PER_TURN && this.rate.take(this.clock())) {
      const [socket, hello] = this.line.take() as readonly [Socket, Hello];
      this.begin(socket, hello);
      begun++;
    }
    if (this.line.size === 0) return;
    if (begun === PER_TURN) this.pump();
    else {
      this.pumping = true;
      setTimeout(this.turn, RATE_STEP_MS);
    }
  };

  private begin(socket: Socket, { came, keep }: Hello): void {
    socket.off('data', keep);
    socket.pause();
    socket.unshift(came);
    this.shaking.set(keyOf(socket), socket);
    this.options.begin(socket);
  }

  private sweep(): void {
    const since = this.clock() - this.options.handshakeTimeout;
    for (const [socket, { at }] of this.silent) {
      if (at > since) return;
      this.options.count('timeout');
      this.forget(socket);
      socket.destroy();
    }
  }
}

function look(came: Buffer): 'more' | 'hello' | 'not_tls' | 'plain_http' {
  if (came[0] !== HANDSHAKE) return HTTP.test(came.toString('latin1', 0, 8)) ? 'plain_http' : 'not_tls';
  if (came.length < RECORD_HEAD) return 'more';
  const length = came.readUInt16BE(3);
  if (length > MAX_RECORD) return 'not_tls';
  return came.length < RECORD_HEAD + length ? 'more' : 'hello';
}

function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}

function ignore(): void {
  // The event 'close' reports a peer that goes away.
}
