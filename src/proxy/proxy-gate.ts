import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { readProxyHeader } from './proxy-header.ts';

export interface ProxyGateOptions {
  /** Whose headers are believed: they must begin each connection with one, and nobody else may. */
  readonly isProxy: (address: string) => boolean;
  /** A connection of `address` was closed; `problem` says in words why. */
  refused(address: string, problem: string): void;
  /** How long a peer may take for its header, ms. */
  readonly timeout?: number;
  /**
   * Most connections of which nothing is known yet; beyond that those that have been silent longest are
   * closed.
   */
  readonly maxWaiting?: number;
}

/** The protocol's own text asks for at least 3 s, in which a lost segment is sent again. */
const TIMEOUT_MS = 5000;
const MAX_WAITING = 1000;

/**
 * Has a server of Node expect the PROXY protocol, version 2, from trusted proxies: what it then says of a
 * connection's other end is the client. The server sees a connection only after its header.
 */
export function expectProxyHeaders(server: Server, options: ProxyGateOptions): void {
  const gate = new ProxyGate(server, options);
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => gate.arrived(socket));
  // Node makes a socket of its own for TLS, which knows nothing of the header.
  server.on('secureConnection', (socket: Socket) => gate.secured(socket));
}

/** A connection of which nothing is known yet. */
interface Waiting {
  readonly socket: Socket;
  readonly address: string;
  readonly trusted: boolean;
  readonly read: (chunk: Buffer) => void;
  readonly ended: () => void;
  readonly overdue: NodeJS.Timeout;
  came: Buffer;
}

class ProxyGate {
  private readonly server: Server;
  private readonly options: ProxyGateOptions;
  private readonly takers: readonly ((socket: Socket) => void)[];
  /** Longest first. */
  private readonly waiting = new Set<Waiting>();
  /** Clients behind TLS sockets, by the proxy's end of the connection. */
  private readonly clients = new Map<string, string>();

  constructor(server: Server, options: ProxyGateOptions) {
    this.server = server;
    this.options = options;
    this.takers = server.listeners('connection') as ((socket: Socket) => void)[];
  }

  arrived(socket: Socket): void {
    const { isProxy, timeout = TIMEOUT_MS, maxWaiting = MAX_WAITING } = this.options;
    const [longest] = this.waiting.size >= maxWaiting ? this.waiting : [];
    if (longest) this.refuse(longest, 'too many connections wait for their first bytes');
    const address = socket.remoteAddress ?? '';
    const one: Waiting = {
      socket,
      address,
      trusted: isProxy(address),
      came: Buffer.alloc(0),
      read: (chunk) => this.read(one, chunk),
      ended: () => this.ended(one),
      overdue: setTimeout(() => this.refuse(one, `nothing whole came within ${timeout} ms`), timeout).unref(),
    };
    this.waiting.add(one);
    socket.on('error', ignore).on('end', one.ended).on('close', one.ended).on('data', one.read);
  }

  /** A TLS socket of the server has ended its handshake. */
  secured(socket: Socket): void {
    const client = this.clients.get(endOf(socket));
    if (client !== undefined) rename(socket, client);
  }

  private read(one: Waiting, chunk: Buffer): void {
    one.came = one.came.length === 0 ? chunk : Buffer.concat([one.came, chunk]);
    const header = readProxyHeader(one.came);
    if (header.kind === 'more') return;
    const { trusted } = one;
    if (header.kind === 'absent' && !trusted) this.pass(one, one.came);
    else if (header.kind === 'absent') this.refuse(one, 'a trusted proxy sends no PROXY header');
    else if (!trusted) this.refuse(one, 'a PROXY header of somebody who is not in trustedProxies');
    else if (header.kind === 'broken') this.refuse(one, `the PROXY header cannot be read: ${header.problem}`);
    else this.pass(one, one.came.subarray(header.bytes), header.client);
  }

  private ended(one: Waiting): void {
    // Who only looks whether somebody listens is not worth a word.
    if (one.came.length > 0) this.refuse(one, 'it ended within its PROXY header');
    else this.settle(one).destroy();
  }

  private pass(one: Waiting, rest: Buffer, client?: string): void {
    const socket = this.settle(one);
    socket.off('error', ignore).pause();
    if (rest.length > 0) socket.unshift(rest);
    if (client !== undefined && this.server instanceof TlsServer) this.remember(socket, client);
    else if (client !== undefined) rename(socket, client);
    for (const take of this.takers) take.call(this.server, socket);
    // Those who read through a socket of their own take what lies in this one.
    if (socket.listenerCount('data') > 0) socket.resume();
  }

  private remember(socket: Socket, client: string): void {
    const end = endOf(socket);
    this.clients.set(end, client);
    socket.once('close', () => this.clients.delete(end));
  }

  private refuse(one: Waiting, problem: string): void {
    this.settle(one).destroy();
    this.options.refused(one.address, problem);
  }

  private settle(one: Waiting): Socket {
    const { socket, overdue, read, ended } = one;
    clearTimeout(overdue);
    this.waiting.delete(one);
    return socket.off('data', read).off('end', ended).off('close', ended);
  }
}

function rename(socket: Socket, remoteAddress: string): void {
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function ignore(): void {
  // A peer that goes away is told by 'close'.
}
