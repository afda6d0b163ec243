import { EventEmitter, once } from 'node:events';
import type { NatsConnection } from '@nats-io/transport-node';
import { closeConnection, connectToNats, type NatsSettings } from './connection.ts';

/** Pause between two tries to reach a NATS server, ms. */
const TRY_AGAIN_AFTER_MS = 2000;

export interface SteadyConnectionOptions {
  readonly cluster: NatsSettings;
  /** Of this process. */
  readonly name: string;
  /** No server could be reached; it tries again. */
  readonly onFailure: (cause: string) => void;
}

/** A connection to NATS that is tried for until there is one; from then on the client keeps it. */
export class SteadyConnection {
  private readonly options: SteadyConnectionOptions;
  /** It leads to a server now. */
  isConnected = false;
  private connection: NatsConnection | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Those who wait for it. */
  private readonly reached = new EventEmitter().setMaxListeners(0);

  /** Begins to connect. */
  constructor(options: SteadyConnectionOptions) {
    this.options = options;
    void this.connect();
  }

  /** Undefined where there has been none within so many ms. */
  async reach(withinMs: number): Promise<NatsConnection | undefined> {
    if (this.connection || this.stopped) return this.connection;
    const signal = AbortSignal.timeout(Math.max(1, Math.round(withinMs)));
    await once(this.reached, 'reached', { signal }).catch(() => undefined);
    return this.connection;
  }

  /** What was given to it before is on its way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    const { connection } = this;
    this.connection = undefined;
    if (connection) await closeConnection(connection);
  }

  private async connect(): Promise<void> {
    const { cluster, name, onFailure } = this.options;
    try {
      const connection = await connectToNats(cluster, name);
      if (this.stopped) return await closeConnection(connection);
      this.connection = connection;
      this.isConnected = true;
      void this.follow(connection);
      this.reached.emit('reached');
    } catch (error) {
      if (this.stopped) return;
      onFailure(error instanceof Error ? error.message : String(error));
      this.retry = setTimeout(() => void this.connect(), TRY_AGAIN_AFTER_MS);
    }
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect' || type === 'close') this.isConnected = false;
      else if (type === 'reconnect') this.isConnected = true;
    }
    this.isConnected = false;
  }
}
