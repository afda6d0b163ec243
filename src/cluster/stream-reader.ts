import { setTimeout as pause } from 'node:timers/promises';
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { ChangeError, type ChangeRef, type Changes, decodeMessage, type Part } from './change.ts';
import type { Logged } from './copy.ts';
import { LogHalt } from './log-halt.ts';
import { prefixOf, subjectOfPart, subjectOfSeveral } from './log-place.ts';
import { ANSWER_WITHIN_MS, StreamEnds, type StreamEndsOptions } from './stream-ends.ts';

/** How long a request for messages stands; when none has come, the stream is looked at, ms. */
const FETCH_FOR_MS = 2000;
/** A request that has not ended by then is given up, ms. */
const FETCH_OVERDUE_MS = 6000;
const FETCH_MESSAGES = 500;

/** No more is fetched while so much waits to be taken. */
const MAX_WAITING = 2000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Also while messages come, the stream is looked at as often, ms. */
const LOOK_EVERY_MS = 60_000;

/** A look that takes longer, as where the stream has no leader, goes on beside the reading, ms. */
const LOOK_BESIDE_MS = 300;
const SLOW = Symbol('slow');

/** Pause before the next consumer, ms. */
const NEXT_CONSUMER_MS = 250;

/** After so long without its reader a server removes a consumer, ms. */
const CONSUMER_KEPT_MS = 30_000;

const AWAY = 'the NATS server is away';

/** A message where it stands in a stream. */
export interface LoggedAt extends Logged {
  /** By the clock of the NATS server, epoch ms. */
  readonly storedAt: number;
  readonly bytes: number;
}

/** What keeps something from going on, which may pass. */
export interface Trouble {
  /** Epoch ms. */
  readonly since: number;
  readonly cause: string;
}

export interface StreamReaderOptions extends StreamEndsOptions {
  /** The subject under which the changes of a scope stand. */
  readonly subjectOf: (scope: string) => string;
  /** What was read last; it reads on from there. */
  readonly after: ChangeRef;
}

/**
 * Reads the changes of a stream, each once and in order, and leaves out none. It makes its consumer anew
 * where that gives nothing although there is something, and where messages were lost on the way.
 */
export class StreamReader {
  readonly ends: StreamEnds;
  private readonly options: StreamReaderOptions;
  private readonly waiting: LoggedAt[] = [];
  private waitingBytes = 0;
  private last: ChangeRef;
  /** Messages that the consumer has given. */
  private delivered = 0;
  private fetching: ConsumerMessages | undefined;
  private halt: LogHalt | undefined;
  private failing: Trouble | undefined;
  /** The look under way, with what was wrong. */
  private looking: Promise<unknown> | undefined;
  /** What was wrong in the last look that took long. */
  private late: unknown;
  private stopped = false;
  /** The connection leads to no server now: what is asked meanwhile is lost with the next try to connect. */
  private isAway = false;
  /** Ends the waiting for an answer. */
  private giveUp: (why: Error) => void = () => undefined;
  private wakeTaker: (() => void) | undefined;
  private wakeFetcher: (() => void) | undefined;
  private readonly running: Promise<void>;

  constructor(options: StreamReaderOptions) {
    this.options = options;
    this.ends = new StreamEnds(options);
    this.last = options.after;
    void this.follow();
    this.running = this.run();
  }

  /**
   * When the oldest message was stored that has not been taken yet, as far as that is known (see StreamEnds);
   * undefined where there is none. Epoch ms.
   */
  get untakenSince(): number | undefined {
    return this.waiting[0]?.storedAt ?? this.ends.unreadSince;
  }

  /**
   * How old the oldest message is that has not been taken yet, or one stored at `since`, ms; 0 where there is
   * none.
   */
  ageMs(since = this.untakenSince): number {
    return since === undefined ? 0 : Math.max(0, this.ends.now - since);
  }

  /** Why nothing can be read now. */
  get trouble(): Trouble | undefined {
    return this.failing;
  }

  /**
   * Resolves with what comes next, at most `most`, as soon as there is something; with nothing once it was
   * stopped. Throws LogHalt where it cannot read on, after everything that comes before.
   */
  async take(most: number): Promise<LoggedAt[]> {
    while (this.waiting.length === 0 && !this.stopped) {
      if (this.halt) throw this.halt;
      await new Promise<void>((resolve) => {
        this.wakeTaker = resolve;
      });
    }
    const taken = this.stopped ? [] : this.waiting.splice(0, most);
    for (const { bytes } of taken) this.waitingBytes -= bytes;
    this.wakeFetcher?.();
    return taken;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.fetching?.stop();
    this.giveUp(new Error('it is stopped'));
    this.wakeTaker?.();
    this.wakeFetcher?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped && !this.halt) {
      await this.until(() => !this.isAway);
      if (this.stopped) return;
      try {
        await this.readAnew();
      } catch (error) {
        if (error instanceof LogHalt) {
          this.halt = error;
          this.wakeTaker?.();
          return;
        }
        this.fail(error);
      }
      if (!this.stopped) await pause(NEXT_CONSUMER_MS);
    }
  }

  /** Reads with a new consumer for as long as that gives what there is. */
  private async readAnew(): Promise<void> {
    await this.answerTo(this.ends.look(this.last.seq));
    const consumer = await this.answerTo(this.makeConsumer());
    if (this.ends.last === this.last.seq) this.failing = undefined;
    while (!this.stopped) {
      await this.until(() => this.waiting.length < MAX_WAITING && this.waitingBytes < MAX_WAITING_BYTES);
      const before = this.delivered;
      if (!(await this.fetch(consumer))) return;
      if (this.isAway) throw new Error(AWAY);
      const isIdle = this.delivered === before;
      const isDue = isIdle || performance.now() - this.ends.lookedAt >= LOOK_EVERY_MS;
      const isKnown = !isDue || (await this.look());
      if (this.late instanceof LogHalt) throw this.late;
      if (!isKnown) continue;
      if (isIdle && this.ends.last > this.last.seq) throw new Error('its consumer gives nothing');
      this.failing = undefined;
    }
  }

  /**
   * Looks where the stream ends; resolves with false where that takes long. The consumer may be well all the
   * same: it gives what comes as soon as there is a leader.
   */
  private async look(): Promise<boolean> {
    this.looking ??= this.ends
      .look(this.last.seq)
      .then(
        () => undefined,
        (error: unknown) => error,
      )
      .finally(() => {
        this.looking = undefined;
      });
    const { looking } = this;
    const found = await this.answerTo(Promise.race([looking, pause(LOOK_BESIDE_MS, SLOW)]));
    if (found === SLOW) void looking.then((late) => this.noteLate(late));
    else if (found !== undefined) throw found;
    return found !== SLOW;
  }

  /** What came of a look that took long. */
  private noteLate(error: unknown): void {
    this.late = error;
    if (error !== undefined) this.fail(error);
  }

  private fail(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const cause = `${this.options.stream} cannot be read now: ${why}`;
    this.failing = { since: this.failing?.since ?? Date.now(), cause };
  }

  private async makeConsumer(): Promise<Consumer> {
    const { connection, stream } = this.options;
    const { seq } = this.last;
    const { first } = this.ends;
    if (first > seq + 1) {
      throw new LogHalt('gap', `${stream} begins at ${first}, and this node has read it up to ${seq} only`);
    }
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
    const info = await manager.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      // Where the stream still has the last one, that comes again, and must be the same.
      opt_start_seq: seq > 0 && first <= seq ? seq : seq + 1,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(CONSUMER_KEPT_MS),
    });
    this.delivered = 0;
    return jetstream(connection).consumers.getConsumerFromInfo(info);
  }

  /** False where some messages were lost on their way from the server. */
  private async fetch(consumer: Consumer): Promise<boolean> {
    const messages = await consumer.fetch({ max_messages: FETCH_MESSAGES, expires: FETCH_FOR_MS });
    this.fetching = messages;
    if (this.stopped || this.isAway) messages.stop();
    const overdue = setTimeout(() => messages.stop(), FETCH_OVERDUE_MS);
    try {
      for await (const message of messages) {
        if (this.stopped) break;
        this.delivered++;
        if (message.info.deliverySequence !== this.delivered) return false;
        this.receive(message);
      }
      return true;
    } finally {
      clearTimeout(overdue);
      messages.stop();
    }
  }

  private receive(message: JsMsg): void {
    const { stream } = this.options;
    const { seq, data, time, info } = message;
    const { last } = this;
    const storedAt = time.getTime();
    if (seq > last.seq) this.ends.saw(last.seq, seq - last.seq + info.pending, storedAt);
    if (seq > last.seq + 1)
      throw new LogHalt(
        'gap',
        `${stream} goes on at ${seq}, and this node has read it up to ${last.seq} only`,
      );
    if (seq < last.seq) return;
    const read = this.read(message);
    if (seq === last.seq) {
      if (read.id === last.id) return;
      throw new LogHalt(
        'log_lost',
        `${stream} has ${read.id} at ${seq}, where this node has read ${last.id}`,
      );
    }
    this.last = { seq, id: read.id };
    this.failing = undefined;
    this.ends.saw(seq, info.pending, storedAt);
    this.waiting.push({ seq, message: read, storedAt, bytes: data.length });
    this.waitingBytes += data.length;
    this.wakeTaker?.();
  }

  private read({ seq, data, subject }: JsMsg): Changes | Part {
    const { stream } = this.options;
    try {
      const message = decodeMessage(data);
      const stranger = this.strangerUnder(subject, message);
      if (stranger === undefined) return message;
      throw new ChangeError('malformed', `${stranger} does not belong under ${subject}`);
    } catch (error) {
      if (!(error instanceof ChangeError)) throw error;
      throw new LogHalt('unreadable', `${stream} at ${seq}: ${error.message}`, { cause: error });
    }
  }

  /** What of a message does not belong where it stands. */
  private strangerUnder(subject: string, message: Changes | Part): string | undefined {
    const { stream, subjectOf } = this.options;
    if ('part' in message)
      return subject === subjectOfPart(stream, message.of) ? undefined : `a part of ${message.of}`;
    const { changes } = message;
    const isAlone = changes.length === 1;
    if (!isAlone && subject !== subjectOfSeveral(stream)) return 'a message of several changes';
    const stranger = changes.find(({ scope }) =>
      isAlone ? subjectOf(scope) !== subject : !subjectOf(scope).startsWith(prefixOf(stream)),
    );
    return stranger && `a change of ${stranger.scope}`;
  }

  /** Ends the request under way with the server that it was for. Resolves when the connection is closed. */
  private async follow(): Promise<void> {
    for await (const { type } of this.options.connection.status()) {
      if (type === 'disconnect') {
        this.isAway = true;
        this.fetching?.stop();
        this.giveUp(new Error(AWAY));
      } else if (type === 'reconnect') {
        this.isAway = false;
        this.wakeFetcher?.();
      }
    }
  }

  /** Rejects where there can be no answer any more, or none is wanted: the client would wait for its time. */
  private answerTo<Answer>(question: Promise<Answer>): Promise<Answer> {
    const end = new Promise<never>((_, reject) => {
      this.giveUp = reject;
    });
    return Promise.race([question, end]);
  }

  /** Resolves when it may go on, or is stopped. */
  private async until(mayGoOn: () => boolean): Promise<void> {
    while (!this.stopped && !mayGoOn()) {
      await new Promise<void>((resolve) => {
        this.wakeFetcher = resolve;
      });
    }
  }
}
