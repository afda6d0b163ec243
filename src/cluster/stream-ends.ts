import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { LogHalt } from './log-halt.ts';
import { IDENTITY_KEY } from './streams.ts';

/**
 * For so long the servers have to say that the log has lost its end, ms: a leader that was cut off or stopped
 * does not know for a moment what has happened without it.
 */
const LOST_AFTER_MS = 30_000;

/**
 * How long JetStream may take to answer, ms. A server that is about to be given up may be asked for a
 * consumer, and the next try asks another one.
 */
export const ANSWER_WITHIN_MS = 2000;

export interface StreamEndsOptions {
  readonly connection: NatsConnection;
  readonly stream: string;
  /** Of the log that it must belong to. */
  readonly identity: string;
  readonly lostAfterMs?: number;
}

/** Where a stream begins and ends, and whether it is still the one that was read. */
export class StreamEnds {
  /** Sequences, as of the last look: `first` is one more than `last` where it holds nothing. */
  first = 0;
  last = 0;
  /** Of all that it holds, on each server. */
  bytes = 0;
  /** Monotonic, ms. */
  lookedAt = Number.NEGATIVE_INFINITY;
  /** Has been seen at all. */
  isSeen = false;
  private readonly options: StreamEndsOptions;
  private readonly startedAt = Date.now();
  /** By so much the clock of the NATS server is ahead of this node's, as of the last look, ms. */
  private aheadMs = 0;
  /** As `unreadSince`, once it was seen. */
  private behindSince: number | undefined;
  /** Since when every look has found the log to be another, monotonic ms. */
  private doubtedSince: number | undefined;

  constructor(options: StreamEndsOptions) {
    this.options = options;
  }

  /**
   * When the oldest message was stored that has not been read yet, by the clock of the NATS server, epoch ms;
   * undefined where all has been read. While others come, it may be the time of the one before it. Before the
   * stream was seen, it is this node's own start.
   */
  get unreadSince(): number | undefined {
    return this.isSeen ? this.behindSince : this.startedAt;
  }

  /**
   * Now, by the clock of the NATS server as far as it is known, epoch ms: what `unreadSince` is compared
   * with.
   */
  get now(): number {
    return Date.now() + this.aheadMs;
  }

  /** All was read up to `read`, and `pending` are behind it, none of which was stored before `since`. */
  saw(read: number, pending: number, since: number): void {
    this.last = Math.max(this.last, read + pending);
    this.behindSince = this.last > read ? since : undefined;
  }

  /**
   * Looks again. Throws LogHalt where the log was lost that was read up to `read`, and other errors where it
   * cannot be seen now, or not be trusted yet.
   */
  async look(read: number): Promise<void> {
    const { stream, lostAfterMs = LOST_AFTER_MS } = this.options;
    let doubt: string | undefined;
    try {
      doubt = await this.doubt(read);
    } catch (error) {
      this.doubtedSince = undefined;
      throw error;
    }
    this.lookedAt = performance.now();
    if (doubt === undefined) {
      this.doubtedSince = undefined;
      return;
    }
    this.doubtedSince ??= this.lookedAt;
    if (this.lookedAt - this.doubtedSince < lostAfterMs) throw new Error(`it ${doubt}`);
    throw new LogHalt('log_lost', `${stream} ${doubt}`);
  }

  /** What speaks against it; otherwise its ends are known. */
  private async doubt(read: number): Promise<string | undefined> {
    const { connection, stream, identity } = this.options;
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
      const info: StreamInfo & { readonly ts?: string } = await manager.streams.info(stream);
      const { config, state } = info;
      const theirs = config.metadata?.[IDENTITY_KEY];
      if (theirs !== identity) return `belongs to the log ${theirs}, not to ${identity}`;
      if (state.last_seq < read) return `ends at ${state.last_seq}, and this node has read it up to ${read}`;
      this.first = state.first_seq;
      this.last = state.last_seq;
      this.bytes = state.bytes;
      this.isSeen = true;
      const theirNow = Date.parse(info.ts ?? '');
      if (!Number.isNaN(theirNow)) this.aheadMs = theirNow - Date.now();
      if (this.last <= read) this.behindSince = undefined;
      else this.behindSince ??= (await storedAt(manager, stream, Math.max(read + 1, this.first))) ?? this.now;
      return undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
        return 'is not there any more';
      throw error;
    }
  }
}

/** When a message was stored, epoch ms; undefined where the stream does not tell. */
async function storedAt(manager: JetStreamManager, stream: string, seq: number): Promise<number | undefined> {
  // Nothing but a metric needs it, so that it fails keeps nobody from reading.
  const message = await manager.streams.getMessage(stream, { seq }).catch(() => null);
  return message?.time.getTime();
}
