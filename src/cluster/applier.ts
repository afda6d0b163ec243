import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { CommitError } from '../journal/group-commit.ts';
import type { StreamCopied } from '../link/cluster-status.ts';
import type { Log } from '../telemetry/log.ts';
import type { Counter, Registry } from '../telemetry/metrics.ts';
import { ChangeError } from './change.ts';
import { type Copy, decide, UnknownTable } from './copy.ts';
import { LogHalt } from './log-halt.ts';
import { type LoggedAt, StreamReader, type StreamReaderOptions, type Trouble } from './stream-reader.ts';

/** Most messages of one transaction, and how long their work may take, ms: others wait for the write lock. */
const MOST_MESSAGES = 2000;
const MOST_MS = 8;

/** Pause before a transaction that failed is tried again, ms. */
const TRY_AGAIN_MS = 500;

/** What LMDB passes on from the operating system, and what may be over at the next try. */
const { EAGAIN, EBUSY, EDQUOT, EIO, ENOMEM, ENOSPC } = constants.errno;
const PASSING: ReadonlySet<unknown> = new Set([EAGAIN, EBUSY, EDQUOT, EIO, ENOMEM, ENOSPC]);

export interface ApplierOptions extends Omit<StreamReaderOptions, 'after'> {
  readonly copy: Copy;
  readonly registry: Registry;
  readonly log: Log;
  /**
   * Runs where the copy has come to the first change of each period of `everyMs`, by the clock of the NATS
   * server: all nodes stop there. Nothing takes effect until it resolves. What came before the start of this
   * process is not known, so that the first period begins with no change.
   */
  readonly periods?: { readonly everyMs: number; readonly begin: (logged: LoggedAt) => Promise<void> };
  /** Runs once nothing takes effect any more. */
  readonly onHalt?: (halt: LogHalt) => void;
}

/** Messages that come one after the other, up to the first change of a period if there is one. */
interface Piece {
  readonly messages: readonly LoggedAt[];
  readonly first: LoggedAt | undefined;
}

/** What one transaction has come to. */
interface Decided {
  /** Messages of the batch that need not be looked at again. */
  readonly messages: number;
  readonly refused: number;
}

/**
 * Lets the changes of a stream take effect in a node's copy, in order and each at most once: whatever it is
 * killed or stopped by, it goes on from the position that the copy has.
 */
export class Applier {
  private readonly options: ApplierOptions;
  private readonly reader: StreamReader;
  private readonly refused: Counter;
  private readonly running: Promise<void>;
  private stopped = false;
  private failing: Trouble | undefined;
  private halt: (Trouble & { readonly reason: LogHalt['reason'] }) | undefined;
  /** Sequence of the last change that was decided about. */
  private position: number;
  /** What is to be decided about now. */
  private next: LoggedAt | undefined;
  /** Of the last change that was read. */
  private period: number | undefined;
  /** What was refused before this is forgotten. */
  private remembered = 0;

  constructor(options: ApplierOptions) {
    const { copy, stream, registry } = options;
    this.options = options;
    const after = copy.position(stream);
    this.position = after.seq;
    this.reader = new StreamReader({ ...options, after });
    const labels = ['stream'];
    this.refused = registry
      .counter('farad_log_refused_total', 'Changes that came too late and took no effect.', labels)
      .with({ stream });
    registry
      .gauge('farad_log_position', 'Sequence of the last change that was applied or refused.', labels)
      .with({ stream })
      .readFrom(() => this.position);
    registry
      .gauge('farad_log_lag_seconds', 'Age of the oldest change that has not been applied yet.', labels)
      .with({ stream })
      .readFrom(() => this.lagSeconds());
    registry
      .gauge('farad_log_stream_bytes', 'What a stream of changes holds on each NATS server.', labels)
      .with({ stream })
      .readFrom(() => this.reader.ends.bytes);
    this.running = this.run();
  }

  /** Why nothing takes effect now; with a reason where that will not pass by itself. */
  trouble(): (Trouble & { readonly reason?: LogHalt['reason'] }) | undefined {
    return this.halt ?? this.failing ?? this.reader.trouble;
  }

  /** How far the copy is. */
  status(): StreamCopied {
    const { stream } = this.options;
    const trouble = this.trouble();
    return {
      stream,
      isSeen: this.reader.ends.isSeen,
      position: this.position,
      lagSeconds: this.lagSeconds(),
      ...(trouble && { trouble }),
    };
  }

  /** Resolves once the transaction under way is on the disk. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.reader.stop();
    await this.running;
  }

  private lagSeconds(): number {
    return this.reader.ageMs(this.next?.storedAt) / 1000;
  }

  private async run(): Promise<void> {
    const { log, stream } = this.options;
    try {
      while (!this.stopped)
        for (const piece of this.untilPeriods(await this.reader.take(MOST_MESSAGES)))
          await this.applyPiece(piece);
    } catch (error) {
      if (!(error instanceof LogHalt)) throw error;
      const { reason, message } = error;
      this.halt = { since: Date.now(), cause: message, reason };
      log.error({ stream, reason, cause: message }, 'nothing of the log takes effect here any more');
      await this.reader.stop();
      this.options.onHalt?.(error);
    }
  }

  /** Cuts messages behind the first change of each period. */
  private untilPeriods(batch: readonly LoggedAt[]): readonly Piece[] {
    const { everyMs } = this.options.periods ?? { everyMs: Number.POSITIVE_INFINITY };
    const pieces: Piece[] = [];
    let from = 0;
    for (const [index, logged] of batch.entries()) {
      if ('part' in logged.message) continue;
      const period = Math.floor(logged.storedAt / everyMs);
      const before = this.period;
      this.period = Math.max(period, before ?? period);
      if (before === undefined || period <= before) continue;
      pieces.push({ messages: batch.slice(from, index + 1), first: logged });
      from = index + 1;
    }
    return [...pieces, { messages: batch.slice(from), first: undefined }];
  }

  private async applyPiece({ messages, first }: Piece): Promise<void> {
    await this.apply(messages);
    if (first && this.position === first.seq) await this.options.periods?.begin(first);
  }

  private async apply(batch: readonly LoggedAt[]): Promise<void> {
    let done = 0;
    let end = batch.length;
    while (done < batch.length && !this.stopped) {
      this.next = batch[done];
      try {
        done += await this.applySome(batch.slice(done, end));
        end = batch.length;
        this.failing = undefined;
      } catch (error) {
        if (!(error instanceof Inapplicable)) await this.tryAgain(error);
        else if (error.index === 0) throw error.halt;
        // What stands before it takes effect.
        else end = done + error.index;
      }
    }
    this.next = undefined;
  }

  /** Resolves with how many messages of the batch need not be looked at again. */
  private async applySome(batch: readonly LoggedAt[]): Promise<number> {
    const { copy } = this.options;
    const { first } = this.reader.ends;
    const { messages, refused } = await copy.transact(() => this.decideSome(batch, first));
    this.refused.inc(refused);
    this.remembered = first;
    this.position = (batch[messages - 1] as LoggedAt).seq;
    return messages;
  }

  /** Resolves when it is time for that; throws LogHalt for an error that would come again. */
  private async tryAgain(error: unknown): Promise<void> {
    const { log, stream } = this.options;
    const cause = messageOf(error);
    if (!isPassing(error)) throw new LogHalt('inapplicable', `${stream}: ${cause}`, { cause: error });
    if (!this.failing) log.warn({ stream, cause }, 'the log cannot be applied, which is tried again');
    this.failing = { since: this.failing?.since ?? Date.now(), cause };
    await pause(TRY_AGAIN_MS);
  }

  /** Within a transaction. Throws Inapplicable where one of the changes cannot take effect here. */
  private decideSome(batch: readonly LoggedAt[], first: number): Decided {
    const { copy, stream } = this.options;
    const until = performance.now() + MOST_MS;
    const before = copy.position(stream);
    let last = before;
    let messages = 0;
    let refused = 0;
    for (const logged of batch) {
      if (messages > 0 && performance.now() >= until) break;
      const { seq, message } = logged;
      if (seq > last.seq) {
        try {
          if (seq > last.seq + 1) throw new Error(`the copy is at ${last.seq}, not right before it`);
          refused += decide(copy, stream, logged);
        } catch (error) {
          throw isPassing(error) ? error : new Inapplicable(messages, haltAt(stream, seq, error));
        }
        last = { seq, id: message.id };
      }
      messages++;
    }
    if (last !== before) copy.setPosition(stream, last);
    if (first > this.remembered) copy.forgetRefused(stream, first);
    return { messages, refused };
  }
}

/** A change that cannot take effect here; nothing of its transaction is kept. */
class Inapplicable extends Error {
  override readonly name = 'Inapplicable';
  /** How many stand before it in the transaction. */
  readonly index: number;
  readonly halt: LogHalt;

  constructor(index: number, halt: LogHalt) {
    super(halt.message, { cause: halt });
    this.index = index;
    this.halt = halt;
  }
}

function haltAt(stream: string, seq: number, error: unknown): LogHalt {
  const isUnreadable = error instanceof UnknownTable || error instanceof ChangeError;
  const reason = isUnreadable ? 'unreadable' : 'inapplicable';
  return new LogHalt(reason, `${stream} at ${seq}: ${messageOf(error)}`, { cause: error });
}

function isPassing(error: unknown): boolean {
  return (
    error instanceof CommitError || (error instanceof Error && 'code' in error && PASSING.has(error.code))
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
