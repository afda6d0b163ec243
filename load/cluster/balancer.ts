import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { NodeHealth } from './node-health.ts';

/** How long a node may take to take a connection, ms. */
const CONNECTS_WITHIN_MS = 1_000;

/** A port of a node. */
export interface Place {
  readonly node: string;
  readonly port: number;
  readonly health: Pick<NodeHealth, 'now' | 'onGone'>;
}

/** Each connection to the next node, or all to the first one as long as that is there. */
export type Order = 'in turns' | 'the first';

/**
 * A TCP balancer on a loopback port of its own choice. A connection goes to a node that is ready, or to
 * another where that does not take it; it is closed where none does.
 */
export class Balancer {
  readonly port: number;
  readonly #server: Server;
  readonly #places: readonly Place[];
  readonly #order: Order;
  readonly #pairs = new Map<Socket, { readonly node: string; readonly client: Socket }>();
  #turn = 0;

  private constructor(server: Server, places: readonly Place[], order: Order) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#places = places;
    this.#order = order;
    server.on('connection', (client) => void this.#take(client));
    // Such a node would not even close its connections.
    for (const { node, health } of places) health.onGone(() => this.#drop(node));
  }

  static async start(places: readonly Place[], order: Order): Promise<Balancer> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Balancer(server, places, order);
  }

  /** How many connections each node has by this balancer. */
  get connections(): ReadonlyMap<string, number> {
    const counts = new Map(this.#places.map(({ node }) => [node, 0]));
    for (const { node } of this.#pairs.values()) counts.set(node, (counts.get(node) ?? 0) + 1);
    return counts;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { node } of this.#places) this.#drop(node);
    await closed;
  }

  async #take(client: Socket): Promise<void> {
    client.on('error', () => undefined); // its end says it all
    for (const { node, port } of this.#candidates()) {
      const onward = await dial(port);
      if (onward === undefined) continue;
      if (!client.destroyed && this.#server.listening) return this.#join(client, onward, node);
      onward.destroy();
      break;
    }
    client.destroy();
  }

  /** Those that are ready, from the one whose turn it is. */
  #candidates(): Place[] {
    const ready = this.#places.filter(({ health }) => health.now === 'ready');
    const from = this.#order === 'in turns' ? this.#turn++ % ready.length : 0;
    return [...ready.slice(from), ...ready.slice(0, from)];
  }

  #drop(node: string): void {
    for (const [onward, pair] of this.#pairs) {
      if (pair.node !== node) continue;
      onward.destroy();
      pair.client.destroy();
    }
  }

  #join(client: Socket, onward: Socket, node: string): void {
    this.#pairs.set(onward, { node, client });
    // What was received before the end still goes on to the other side.
    client.on('close', () => onward.destroySoon());
    onward.on('close', () => {
      this.#pairs.delete(onward);
      client.destroySoon();
    });
    client.pipe(onward);
    onward.pipe(client);
  }
}

/** Undefined where nobody takes the connection. */
async function dial(port: number): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined); // its end says it all
  const timer = setTimeout(() => socket.destroy(), CONNECTS_WITHIN_MS);
  const isConnected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  clearTimeout(timer);
  return isConnected ? socket : undefined;
}
