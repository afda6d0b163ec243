import { INT32_MAX } from '../../protocol/int32.ts';
import { membersOf } from '../../protocol/members.ts';
import type { ListOrder, Order, Orders } from '../../protocol/orders.ts';
import type { HeldListRecord } from '../../store/held-list-record.ts';
import { dialectOfChargePoint } from '../../store/sessions.ts';
import type { Store } from '../../store/store.ts';
import { type CallReply, type ChargePointCalls, neverLeft } from '../charge-point-calls.ts';
import { listLimits } from './list-limits.ts';
import { differentialMessages, fullMessages, listChanges } from './list-messages.ts';
import type { WantedList } from './wanted-list.ts';

/**
 * `auto` takes a Differential where it is certain what the charge point holds and shorter than the whole
 * list, else a Full.
 */
export type SyncMode = 'auto' | 'full' | 'differential';

/**
 * - `synced`: the charge point has accepted all of it.
 * - `up_to_date`: it held the list already; nothing was sent.
 * - `not_supported`: it has no local list.
 * - `failed`, `version_mismatch`: its answer, after the one Full that follows a refused Differential
 *   (obligation H7).
 * - `refused`: it answered with a CALLERROR or with a status that OCPP does not know.
 * - `too_long`: it holds fewer entries than are wanted; nothing was sent.
 * - `entries_unknown`: a Differential was asked for, and what the charge point holds is not known.
 * - `not_sent`: nothing was sent. `interrupted`: a part was sent and accepted, then no more could be.
 * - `unknown`: a CALL was not answered; the next sync asks for the version first (H8).
 */
export type SyncOutcome =
  | 'synced'
  | 'up_to_date'
  | 'not_supported'
  | 'failed'
  | 'version_mismatch'
  | 'refused'
  | 'too_long'
  | 'entries_unknown'
  | 'not_sent'
  | 'interrupted'
  | 'unknown';

/** One CALL of a sync and what became of it. */
export interface SyncStep {
  /** Of its version of OCPP. */
  readonly action: string;
  /** Where it sent a list. */
  readonly listVersion?: number;
  readonly updateType?: 'Full' | 'Differential';
  readonly entryCount?: number;
  readonly reply: CallReply;
}

export interface SyncReport {
  readonly outcome: SyncOutcome;
  readonly steps: readonly SyncStep[];
}

export interface SyncOptions {
  readonly store: Pick<Store, 'heldLists' | 'configurations' | 'chargePoints' | 'sessions' | 'refresh'>;
  readonly calls: ChargePointCalls;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** Words by which charge points say that they have no local list. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['NotSupported', 'NotImplemented']);

/**
 * Brings the local authorization list of one charge point to what is wanted (OCPP 1.6 ed. 2 §5.10, §5.15;
 * obligations H1 to H9).
 */
export class ListSync {
  private readonly options: SyncOptions;
  private readonly chargePointId: string;
  private readonly wanted: WantedList;
  private readonly steps: SyncStep[] = [];

  constructor(options: SyncOptions, chargePointId: string, wanted: WantedList) {
    this.options = options;
    this.chargePointId = chargePointId;
    this.wanted = wanted;
  }

  /** Rejects where the gateway itself failed. */
  async run(mode: SyncMode): Promise<SyncReport> {
    const outcome = await this.bring(mode);
    return { outcome, steps: this.steps };
  }

  private async bring(mode: SyncMode): Promise<SyncOutcome> {
    const { store } = this.options;
    const { unasked } = listLimits(store, this.chargePointId);
    if (unasked.length > 0) {
      const { outcome } = await this.call(this.orders().askSettings(unasked));
      if (outcome !== 'result' && outcome !== 'error') return this.stopped(outcome);
    }
    const { total } = listLimits(store, this.chargePointId);
    if (total !== undefined && this.wanted.entries.length > total) return 'too_long';
    if (mode !== 'full' && isDoubtful(this.held())) {
      const reply = await this.call(this.orders().askListVersion());
      if (reply.outcome === 'error' && UNSUPPORTED.has(reply.code)) return 'not_supported';
      if (reply.outcome !== 'result' && reply.outcome !== 'error') return this.stopped(reply.outcome);
      if (this.held()?.supported === false) return 'not_supported';
    }
    const messages = this.plan(mode);
    if (messages === 'entries_unknown') return messages;
    if (messages.length === 0) return 'up_to_date';
    const outcome = await this.send(messages);
    // A Differential that was refused is followed by the whole list, once; a Full never is by anything (H7).
    return outcome === 'resend' ? this.sendOnce(this.whole()) : outcome;
  }

  private plan(mode: SyncMode): ListOrder[] | 'entries_unknown' {
    const { store, clock } = this.options;
    const held = this.held();
    if (mode === 'full') return this.whole();
    // A charge point that does not report its version is treated as one of which nothing is known.
    if (!held?.entriesKnown || isDoubtful(held))
      return mode === 'differential' ? 'entries_unknown' : this.whole();
    const now = clock();
    const { entries } = this.wanted;
    const changes = listChanges(store.heldLists.entriesOf(this.chargePointId), entries, now);
    const differential = differentialMessages(changes, this.nextVersion(changes.length), this.perMessage());
    if (mode === 'differential') return differential;
    // It contradicted our answers (§3.5.2) though it seems to hold the right list: then it does not.
    if (changes.length === 0) return hasConflict(store, this.chargePointId) ? this.whole() : [];
    // After a restart of the version numbers only a Full is higher than nothing.
    const isRising = this.nextVersion(changes.length) > (held.listVersion ?? 0);
    return isRising && changes.length < Math.max(1, entries.length) ? differential : this.whole();
  }

  private whole(): ListOrder[] {
    const { entries } = this.wanted;
    const now = this.options.clock();
    return fullMessages(entries, this.nextVersion(entries.length), this.perMessage(), now);
  }

  private perMessage(): number {
    return listLimits(this.options.store, this.chargePointId).perMessage;
  }

  /** Higher than any that the charge point holds, may hold or has refused; never 0 or -1 (obligation H2). */
  private nextVersion(messages: number): number {
    const held = this.held();
    const used = [held?.listVersion, held?.pending?.listVersion, held?.lastAnswer?.listVersion];
    const next = Math.max(0, ...used.map((version) => version ?? 0)) + 1;
    return next + messages > INT32_MAX ? 1 : next;
  }

  private async sendOnce(messages: readonly ListOrder[]): Promise<SyncOutcome> {
    const outcome = await this.send(messages);
    return outcome === 'resend' ? this.refusal() : outcome;
  }

  private async send(messages: readonly ListOrder[]): Promise<SyncOutcome | 'resend'> {
    for (const message of messages) {
      const { listVersion, updateType, entries } = message;
      const about = { listVersion, updateType, entryCount: entries.length };
      const reply = await this.call(this.orders().sendList(message), about);
      if (reply.outcome === 'error') return UNSUPPORTED.has(reply.code) ? 'not_supported' : 'refused';
      if (reply.outcome !== 'result') return this.stopped(reply.outcome);
      const status = membersOf(reply.payload).status;
      if (status === 'Accepted') continue;
      if (status === 'NotSupported') return 'not_supported';
      if (status !== 'Failed' && status !== 'VersionMismatch') return 'refused';
      return updateType === 'Differential' ? 'resend' : this.refusal();
    }
    return 'synced';
  }

  /** What the last answer makes of a sync that ends with it. */
  private refusal(): SyncOutcome {
    const reply = this.steps.at(-1)?.reply;
    const status = reply?.outcome === 'result' ? membersOf(reply.payload).status : undefined;
    return status === 'VersionMismatch' ? 'version_mismatch' : 'failed';
  }

  private stopped(outcome: CallReply['outcome']): SyncOutcome {
    if (!neverLeft(outcome)) return 'unknown';
    return this.steps.some(({ listVersion, reply }) => listVersion !== undefined && !neverLeft(reply.outcome))
      ? 'interrupted'
      : 'not_sent';
  }

  private async call(
    order: Order,
    about: Pick<SyncStep, 'listVersion' | 'updateType' | 'entryCount'> = {},
  ): Promise<CallReply> {
    const { calls, store } = this.options;
    const reply = await calls.call({ chargePointId: this.chargePointId, ...order });
    // The edge has written down what this answer means.
    store.refresh();
    this.steps.push({ action: order.action, ...about, reply });
    return reply;
  }

  private orders(): Orders {
    return dialectOfChargePoint(this.options.store, this.chargePointId).orders;
  }

  private held(): HeldListRecord | undefined {
    return this.options.store.heldLists.get(this.chargePointId);
  }
}

/** Whether the charge point's version has to be asked for before anything is built on it (obligation H8). */
export function isDoubtful(held: HeldListRecord | undefined): boolean {
  return (
    held === undefined ||
    held.listVersion === null ||
    held.inDoubt ||
    held.pending !== null ||
    held.supported === false
  );
}

/**
 * Whether the charge point has reported LocalListConflict since it accepted its list (OCPP 1.6 ed. 2 §3.5.2).
 */
export function hasConflict(
  { chargePoints, heldLists }: Pick<Store, 'chargePoints' | 'heldLists'>,
  chargePointId: string,
): boolean {
  const conflictAt = chargePoints.get(chargePointId)?.localListConflictAt;
  return conflictAt !== undefined && conflictAt > (heldLists.get(chargePointId)?.acceptedAt ?? 0);
}
