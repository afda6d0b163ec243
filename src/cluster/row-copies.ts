import { threadId } from 'node:worker_threads';
import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { EntryName } from '../journal/lane.ts';
import { copyId, rowStream, rowSubject } from './row-subject.ts';

/** Most bytes of chunks that are on their way. */
const MAX_BYTES_IN_FLIGHT = 16 * 1024 * 1024;

/** What is larger is not copied: the answer that it is read back with would have no room for it, bytes. */
const MAX_CHUNK_BYTES = 1024 * 1024;

/** JetStream: the stream cannot store it, such as one that is full. */
const NOT_STORED = 10_077;

/** Of a process or thread of a node. */
export interface CopySettings {
  readonly cluster: Config['cluster'];
  readonly name: string;
}

export interface RowCopiesOptions {
  readonly cluster: Pick<Config['cluster'], 'node' | 'rows'>;
  /** The connection; undefined where no NATS server was reached within so many ms. */
  readonly reach: (withinMs: number) => Promise<NatsConnection | undefined>;
}

/** Copies chunks of rows into one of the streams for them, where they outlive the disk of this node. */
export class RowCopies {
  private readonly options: RowCopiesOptions;
  private readonly partition: number;
  private client: JetStreamClient | undefined;
  private inFlight = 0;
  private bytesInFlight = 0;
  /** The stream did not answer when it was last asked. */
  private isSilent = false;

  constructor(options: RowCopiesOptions) {
    this.options = options;
    this.partition = threadId % options.cluster.rows.partitions;
  }

  /** Whether a stream takes such a chunk at all. */
  static takes(chunk: Uint8Array): boolean {
    return chunk.length <= MAX_CHUNK_BYTES;
  }

  /**
   * Whether it is worth trying now. While the stream is silent, one chunk at a time finds out whether it
   * still is.
   */
  get mayTry(): boolean {
    const isBusy = this.inFlight >= this.options.cluster.rows.inFlight;
    return !isBusy && this.bytesInFlight < MAX_BYTES_IN_FLIGHT && (!this.isSilent || this.inFlight === 0);
  }

  /**
   * Resolves with whether the stream has the chunk, after `cluster.rows.spillAfter` at the latest; it may
   * have it all the same where it does not say so. Never rejects.
   */
  async send(entry: EntryName, chunk: Uint8Array): Promise<boolean> {
    if (!this.mayTry || !RowCopies.takes(chunk)) return false;
    const wasSilent = this.isSilent;
    const asked = this.ask(entry, Buffer.from(chunk));
    // Nobody waits for a stream that is silent.
    return wasSilent ? false : asked;
  }

  private async ask(entry: EntryName, chunk: Buffer): Promise<boolean> {
    this.inFlight++;
    this.bytesInFlight += chunk.length;
    try {
      const isStored = await this.publish(entry, chunk);
      this.isSilent = false;
      return isStored;
    } catch {
      this.isSilent = true;
      return false;
    } finally {
      this.inFlight--;
      this.bytesInFlight -= chunk.length;
    }
  }

  /** Returns false where the stream refuses it. Throws where there is no answer. */
  private async publish(entry: EntryName, chunk: Buffer): Promise<boolean> {
    const { cluster, reach } = this.options;
    const { node, rows } = cluster;
    const begun = performance.now();
    this.client ??= await this.connect(() => reach(rows.spillAfter));
    const timeout = Math.max(1, rows.spillAfter - (performance.now() - begun));
    const expect = { streamName: rowStream(this.partition) };
    try {
      await this.client.publish(rowSubject(this.partition, node), chunk, {
        msgID: copyId(entry),
        expect,
        timeout,
      });
      return true;
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error;
      if (error.status === 503 && error.code !== NOT_STORED) throw error;
      return false;
    }
  }

  private async connect(reach: () => Promise<NatsConnection | undefined>): Promise<JetStreamClient> {
    const connection = await reach();
    if (!connection) throw new Error('no NATS server can be reached');
    return jetstream(connection);
  }
}
