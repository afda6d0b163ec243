import { setTimeout as delay } from 'node:timers/promises';
import { isForgotten, type Suspicion, suspicionsOf } from '../store/forgotten-transactions.ts';
import type { Store } from '../store/store.ts';
import type { CloseInput, TransactionRecord } from '../store/transaction-record.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import { ALONE, type Lead } from './leadership.ts';

export interface ForgottenTransactionsOptions {
  readonly store: Pick<
    Store,
    'transactions' | 'chargePoints' | 'connectors' | 'sessions' | 'audit' | 'refresh'
  >;
  /**
   * Has the edge that holds the charge point close it; false where it is not open any more. Rejects where no
   * edge can.
   */
  readonly close: (chargePointId: string, end: CloseInput) => Promise<boolean>;
  /** `transactions.forgottenAfter`, ms. */
  readonly after: number;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms; undefined while the clock is doubted. */
  readonly trustedNow: () => number | undefined;
  /** Since when Farad can have been told anything, epoch ms. */
  readonly beganAt: number;
}

const LOOK_EVERY_MS = 60_000;

/** Open transactions that are looked at in one go, and the pause after them, ms: others want to read, too. */
const LOOKED_AT = 200;
const PAUSE_MS = 20;

const inHand = watchman.workOf({ name: 'forgotten transactions', limit: 30 * 60_000 });

/** As it is named in the audit trail: what operators do over the API. */
const OPERATION = 'closeTransaction';

/**
 * Closes open transactions that have been suspect for as long as the settings say
 * (`transactions.forgotten: close`).
 */
export class ForgottenTransactions {
  private readonly options: ForgottenTransactionsOptions;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<number> | undefined;
  private isStopped = false;

  constructor(options: ForgottenTransactionsOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  /** Resolves when it asks nobody any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** Looks at all open transactions; a look under way is not doubled. Returns how many were closed. */
  look(): Promise<number> {
    this.looking ??= inHand
      .during(() => this.closeAll())
      .catch((error: unknown) => {
        this.options.log.warn({ err: error }, 'forgotten transactions stay open, they are tried again');
        return 0;
      })
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  private async closeAll(): Promise<number> {
    const { store, after, trustedNow, beganAt, lead = ALONE } = this.options;
    let closed = 0;
    let position: string | undefined;
    do {
      store.refresh();
      const { transactions, next } = store.transactions.listOpen({ after: position, limit: LOOKED_AT });
      for (const transaction of transactions) {
        const now = trustedNow();
        if (now === undefined || this.isStopped || lead.term() === undefined) return closed;
        const suspicions = suspicionsOf(store, transaction, now, after);
        if (!isForgotten(transaction, suspicions, { now, after, beganAt })) continue;
        if (await this.close(transaction, suspicions, now)) closed++;
      }
      position = next;
      if (position !== undefined) await delay(PAUSE_MS);
    } while (position !== undefined);
    return closed;
  }

  private async close(
    { transactionId, chargePointId, startedAt }: TransactionRecord,
    suspicions: readonly Suspicion[],
    now: number,
  ): Promise<boolean> {
    const since = suspicions.flatMap((suspicion) => suspicion.since ?? []);
    const end: CloseInput = {
      transactionId,
      cause: 'forgotten',
      by: '',
      at: now,
      reason: suspicions.map(({ reason }) => reason).join(', '),
      stoppedAt: Math.max(Math.min(now, ...since), startedAt),
      meterStop: null,
    };
    const closed = await this.options.close(chargePointId, end);
    if (closed) await this.audit(chargePointId, end);
    return closed;
  }

  /** What was done is done: where the trail cannot be written, that is logged. */
  private async audit(
    chargePointId: string,
    { transactionId, at, reason, stoppedAt }: CloseInput,
  ): Promise<void> {
    try {
      await this.options.store.audit.add({
        at,
        actor: '',
        role: '',
        via: 'farad',
        remoteAddress: '',
        operation: OPERATION,
        target: { transactionId: String(transactionId), id: chargePointId },
        request: JSON.stringify({ time: new Date(stoppedAt).toISOString(), reason }),
        status: 200,
        outcome: 'ok',
        durationMs: 0,
      });
    } catch (error) {
      this.options.log.error({ err: error, transactionId }, 'the audit trail cannot be written');
    }
  }
}
