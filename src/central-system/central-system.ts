import type { StopRemainder } from '../protocol/meter-message.ts';
import type { IncomingCall } from '../protocol/reading.ts';
import type { Dialect } from '../protocol/version.ts';
import type { CloseInput, TransactionRecord } from '../store/transaction-record.ts';
import { metrics, type Registry } from '../telemetry/metrics.ts';
import type { CallAnswer, CallBar, OutgoingCall } from './call-answer.ts';
import type { CentralSystemSettings } from './central-system-settings.ts';
import type { ChargePoint } from './charge-point.ts';
import { closeTransaction, closeTransactionsOf } from './close-transaction.ts';
import { ConnectedChargePoints } from './connected-charge-points.ts';
import type { Context } from './context.ts';
import { createCounters } from './counters.ts';
import { type Decision, refuse } from './decision.ts';
import { expireReservations } from './end-of-reservation.ts';
import { LateWrites } from './late-writes.ts';
import type { KeepSamples } from './meter-keeper.ts';
import type { RowSink } from './row-sink.ts';
import { RULES } from './rules.ts';
import { createVendorRegistry, type VendorRegistry } from './vendor-registry.ts';
import type { VersionRules } from './version-rules.ts';

export type { CallAnswer, CallBar, OutgoingCall } from './call-answer.ts';
export type { CentralSystemSettings } from './central-system-settings.ts';

/** Everything that is protocol decision, for the charge points of one edge. */
export interface CentralSystem {
  /**
   * The charge point behind an identity, read from the store when the first socket of it opens; `dialect`: of
   * the version that was agreed on for the socket. Call `forget` once per call of this.
   */
  chargePoint(id: string, dialect: Dialect): ChargePoint;
  /** A socket of the charge point closed. It is forgotten with its last socket. */
  forget(chargePoint: ChargePoint): void;
  /**
   * Reads again from the store what is known of the charge point, which may have been elsewhere since. What
   * it has answered since `since`, epoch ms, may not be stored yet, and stays.
   */
  reread(chargePoint: ChargePoint, since: number): void;
  /** Reads again what operators may have set (strictness). */
  refresh(chargePoint: ChargePoint): void;
  /**
   * Answers a CALL. Synchronous where nothing has to reach the disk first (Authorize, Heartbeat, refusals).
   * Never rejects for an expected outcome: what cannot be kept becomes CALLERROR InternalError, so that the
   * charge point retries.
   */
  decide(chargePoint: ChargePoint, call: IncomingCall, receivedAt: number): Decision | Promise<Decision>;
  /** The rest of a StopTransaction whose transactionData a frame worker has already kept. */
  finishStop(chargePoint: ChargePoint, stop: StopRemainder, receivedAt: number): Promise<Decision>;
  /**
   * Writes the signs of life since the last time to the store; resolves with the number of charge points. To
   * be called now and then, `gently` so that no message waits for it, and at the end.
   */
  saveLastSeen(how?: { readonly gently: boolean }): Promise<number>;
  /**
   * The same of charge points that have left, so that nobody sees an earlier time than while they were
   * connected. To be called every moment.
   */
  saveLeft(): Promise<number>;
  /**
   * Resolves when all that was answered so far is on the disk, or is lost because the disk takes no writes;
   * returns how many writes are. With an id only those of that charge point are given up.
   */
  settled(chargePointId?: string): Promise<number>;
  /**
   * Ends an open transaction whose stop has not come; undefined where none with this id is open. Rejects
   * where it cannot be kept.
   */
  closeTransaction(input: CloseInput): Promise<TransactionRecord | undefined>;
  /**
   * Ends the open transactions of a charge point that is being deleted; `by`: who deletes it. Rejects where
   * that cannot be kept.
   */
  closeTransactionsOf(chargePointId: string, by: string): Promise<void>;
  /**
   * Ends reservations whose expiry date is over and forgets old ones, of all charge points, connected or not.
   * To be called every few seconds: no timer has to last until an expiry date.
   */
  expireReservations(): Promise<void>;
  /**
   * Whether a message of this action may be what a command waits for: it has to be decided in place, not by a
   * frame worker.
   */
  isAwaited(chargePoint: ChargePoint, action: string): boolean;
  /** Counts the repairs that a frame worker made to a message. */
  countRepairs(chargePoint: ChargePoint, action: string, repairs: readonly string[]): void;
  /**
   * Why a CALL must not be sent to the charge point; undefined if it may: its present registration
   * (OCPP 1.6 ed. 2 §4.2, errata 3.40), or a security profile that it would lower (security whitepaper ed. 3
   * A00.FR.005).
   */
  mayCall(chargePoint: ChargePoint, action: string, payload?: unknown): CallBar | undefined;
  /**
   * Keeps what Farad must know of a CALL even if it never learns of an answer; undefined where that is
   * nothing. The CALL leaves once the promise resolves to true; false: it could not be kept, so the CALL must
   * not leave. Every CALL that was kept is followed by `onCallAnswered`.
   */
  beforeCall(chargePoint: ChargePoint, call: OutgoingCall): Promise<boolean> | undefined;
  /**
   * Moves Farad's view on after the charge point has answered a CALL of ours, or has not. What the next frame
   * may depend on is done before this returns; resolves when the rest is stored. Never rejects: `onFault`
   * gets a fault.
   */
  onCallAnswered(chargePoint: ChargePoint, call: OutgoingCall, answer: CallAnswer): Promise<void>;
}

export interface CentralSystemOptions {
  readonly store: Context['store'];
  readonly rows: RowSink;
  /**
   * Keeps the samples of messages that are decided in place: `keep` of the frame workers' decider, on a lane
   * of this thread.
   */
  readonly keepSamples: KeepSamples;
  readonly settings: CentralSystemSettings;
  /** Vendor extensions of DataTransfer; default none. */
  readonly vendors?: VendorRegistry;
  /** Epoch ms. */
  readonly clock?: () => number;
  /** Since when charge points could reach this Farad, epoch ms; default now. */
  readonly beganAt?: number;
  readonly registry?: Registry;
  /**
   * Called when a charge point that never sent a BootNotification was refused a message: it may be asked for
   * one.
   */
  readonly onNeverBooted?: (chargePointId: string) => void;
  /**
   * Called with what went wrong inside Farad while the charge point was answered InternalError: for the log.
   */
  readonly onFault: (error: unknown, chargePointId: string) => void;
}

/** Starts the central system of an edge. */
export function createCentralSystem(options: CentralSystemOptions): CentralSystem {
  const { store, settings, onFault } = options;
  const counters = createCounters(options.registry ?? metrics);
  const context: Context = {
    store,
    rows: options.rows,
    keepSamples: options.keepSamples,
    lateWrites: new LateWrites({ onFault, count: counters.owedWrite }),
    vendors: options.vendors ?? createVendorRegistry(),
    settings,
    clock: options.clock ?? Date.now,
    beganAt: options.beganAt ?? Date.now(),
    counters,
    onNeverBooted: options.onNeverBooted ?? (() => undefined),
    onFault,
  };
  const connected = new ConnectedChargePoints(store, settings.reader === 'strict', context.clock);

  const failed = (error: unknown, chargePoint: ChargePoint): Decision => {
    onFault(error, chargePoint.id);
    return refuse('InternalError', 'the message could not be processed, send it again');
  };

  return {
    chargePoint: (id, dialect) => connected.enter(id, dialect),
    forget: (chargePoint) => connected.leave(chargePoint),
    reread: (chargePoint, since) => connected.reread(chargePoint, since),
    refresh: (chargePoint) => connected.refresh(chargePoint),
    saveLastSeen: ({ gently } = { gently: false }) => connected.saveLastSeen(gently),
    saveLeft: () => connected.saveLeft(),

    decide(chargePoint, call, receivedAt) {
      chargePoint.lastSeenAt = receivedAt;
      try {
        const decision = rulesOf(chargePoint).decideCall(context, chargePoint, call, receivedAt);
        return decision instanceof Promise
          ? decision.catch((error: unknown) => failed(error, chargePoint))
          : decision;
      } catch (error) {
        return failed(error, chargePoint);
      }
    },

    async finishStop(chargePoint, stop, receivedAt) {
      try {
        return await rulesOf(chargePoint).finishStop(context, chargePoint, stop, receivedAt);
      } catch (error) {
        return failed(error, chargePoint);
      }
    },

    settled: (chargePointId) => context.lateWrites.settled(chargePointId),
    closeTransaction: (input) => closeTransaction(context, connected, input),
    closeTransactionsOf: (chargePointId, by) => closeTransactionsOf(context, connected, chargePointId, by),
    expireReservations: () => expireReservations(context),
    isAwaited: (chargePoint, action) =>
      chargePoint.awaited.length > 0 && rulesOf(chargePoint).isAwaited(chargePoint, action),
    countRepairs: (chargePoint, action, repairs) => counters.repairs(chargePoint, action, repairs),

    mayCall: (chargePoint, action, payload) =>
      rulesOf(chargePoint).barTo(context, chargePoint, action, payload),

    beforeCall: (chargePoint, call) =>
      rulesOf(chargePoint)
        .noteLeaving(context, chargePoint, call)
        ?.then(
          () => true,
          (error: unknown) => {
            onFault(error, chargePoint.id);
            return false;
          },
        ),

    onCallAnswered: (chargePoint, call, answer) =>
      rulesOf(chargePoint)
        .noteAnswer(context, chargePoint, call, answer)
        .catch((error: unknown) => onFault(error, chargePoint.id)),
  };
}

function rulesOf({ dialect }: ChargePoint): VersionRules {
  return RULES[dialect.version];
}
