import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import type { Counter, Registry } from '../telemetry/metrics.ts';
import { type Copy, decide } from './copy.ts';
import { LogHalt } from './log-halt.ts';
import { type LoggedAt, StreamReader, type StreamReaderOptions, type Trouble } from './stream-reader.ts';

/** Most changes of one transaction, and how long their work may take, ms: others wait for the write lock. */
const MOST_CHANGES = 2000;
const MOST_MS = 8;

/** Pause before a transaction that failed is tried again, ms. */
const TRY_AGAIN_MS = 500;

export interface ApplierOptions extends Omit<StreamReaderOptions, 'after'> {
  readonly copy: Copy;
  readonly registry: Registry;
  readonly log: Log;
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
  /** Sequence of the last change that was decided about, and when it was stored (epoch ms). */
  private position: number;
  private storedAt = Date.now();
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
      .gauge(
        'farad_log_lag_seconds',
        'How old the newest applied change is while there are newer ones.',
        labels,
      )
      .with({ stream })
      .readFrom(() => this.lagSeconds());
    this.running = this.run();
  }

  /** Why nothing takes effect now; with a reason where that will not pass by itself. */
  trouble(): (Trouble & { readonly reason?: LogHalt['reason'] }) | undefined {
    return this.halt ?? this.failing ?? this.reader.trouble;
  }

  /** Resolves once the transaction under way is on the disk. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.reader.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { log, stream } = this.options;
    try {
      while (!this.stopped) await this.apply(await this.reader.take(MOST_CHANGES));
    } catch (error) {
      if (!(error instanceof LogHalt)) throw error;
      const { reason, message } = error;
      this.halt = { since: Date.now(), cause: message, reason };
      log.error({ stream, reason, cause: message }, 'nothing of the log takes effect here any more');
    }
  }

  private async apply(batch: readonly LoggedAt[]): Promise<void> {
    const { copy, log, stream } = this.options;
    for (let done = 0; done < batch.length && !this.stopped; ) {
      const { first } = this.reader.ends;
      try {
        const { messages, refused } = await copy.transact(() => this.decideSome(batch, done, first));
        done += messages;
        this.refused.inc(refused);
        this.remembered = first;
        this.failing = undefined;
        ({ seq: this.position, storedAt: this.storedAt } = batch[done - 1] as LoggedAt);
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        if (!this.failing) log.warn({ stream, cause }, 'the log cannot be applied, which is tried again');
        this.failing = { since: this.failing?.since ?? Date.now(), cause };
        await pause(TRY_AGAIN_MS);
      }
    }
  }

  /** Within a transaction. */
  private decideSome(batch: readonly LoggedAt[], from: number, first: number): Decided {
    const { copy, stream } = this.options;
    const until = performance.now() + MOST_MS;
    let refused = 0;
    let next = from;
    do {
      const logged = batch[next++] as LoggedAt;
      const { seq } = copy.position(stream);
      if (logged.seq <= seq) continue;
      if (logged.seq > seq + 1)
        throw new Error(`the copy is at ${seq} of ${stream}, not before ${logged.seq}`);
      if (decide(copy, stream, logged) === 'refused') refused++;
    } while (next < batch.length && performance.now() < until);
    if (first > this.remembered) copy.forgetRefused(stream, first);
    return { messages: next - from, refused };
  }

  private lagSeconds(): number {
    const isBehind = this.reader.ends.last > this.position;
    return isBehind ? Math.max(0, Date.now() - this.storedAt) / 1000 : 0;
  }
}
