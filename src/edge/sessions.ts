import type { CentralSystem } from '../central-system/central-system.ts';
import type { RowSink } from '../central-system/row-sink.ts';
import { fingerprintOf } from '../certificates/certificate.ts';
import { type ConnectionRow, connections } from '../records/connections.ts';
import { securityEvents } from '../records/security-events.ts';
import type { SessionRecord } from '../store/session-record.ts';
import type { Store } from '../store/store.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { type CertificateProblem, problemOfHolder } from './charge-point-certificate.ts';
import {
  GOING_AWAY,
  INTERNAL_ERROR,
  POLICY_VIOLATION,
  SERVICE_RESTART,
  TRY_AGAIN_LATER,
} from './close-codes.ts';
import type { Conversation } from './conversation.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { Claimed, Handovers } from './handovers.ts';
import type { Admitted, Connections } from './handshake.ts';
import type { Liveness } from './liveness.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import { securityEventOf } from './security-refusals.ts';
import { Session } from './session.ts';
import { causeOf, cutReason, reasonOf } from './session-end.ts';
import type { SessionGuard } from './session-guard.ts';
import { type LateRefusal, type Settling, Settlings, settle } from './settlings.ts';
import type { Socket } from './transport/transport.ts';

export interface SessionsOptions {
  /** Name of this edge, for example `edge-0`. */
  readonly edge: string;
  readonly store: Pick<
    Store,
    'sessions' | 'chargePoints' | 'givenKeys' | 'security' | 'certificates' | 'shownCertificates'
  >;
  readonly centralSystem: Pick<CentralSystem, 'chargePoint' | 'forget'>;
  readonly conversation: Pick<Conversation, 'closed' | 'hold'>;
  readonly calls: Pick<OutboundCalls, 'closed'>;
  readonly liveness: Liveness;
  readonly guard: SessionGuard;
  readonly rows: RowSink;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** Default for charge points without one of their own, ms. */
  readonly pingInterval: number;
  readonly maxChargePoints: number;
  /** What is wrong with a certificate that was good when its handshake was looked at. */
  readonly revokedMeanwhile: (certificate: Uint8Array) => CertificateProblem | undefined;
  /** Another edge held the charge point before this one; resolves when it has let go. Never rejects. */
  readonly takenFrom: (previous: SessionRecord, epoch: number) => Promise<void>;
  /** Absent on a machine that is alone. */
  readonly handovers?: Pick<Handovers, 'hold'> | undefined;
  /** The end of a session could not be written down. */
  readonly notReleased?: (chargePointId: string, epoch: number) => void;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

const REPLACED = 'replaced by a newer connection';

/**
 * The open sockets of this edge. The newest connection of a charge point wins, here at once and between edges
 * by what the store has of them; whatever happens to an older one later does not touch the newer (obligations
 * A11, A12).
 */
export class Sessions implements Connections {
  private readonly options: SessionsOptions;
  private readonly byChargePoint = new Map<string, Session>();
  private forgottenAsAWhole = false;
  private readonly recordings = new Set<Promise<unknown>>();
  private readonly settlings = new Settlings();

  constructor(options: SessionsOptions) {
    this.options = options;
  }

  get size(): number {
    return this.byChargePoint.size;
  }

  has(chargePointId: string): boolean {
    return this.byChargePoint.has(chargePointId);
  }

  settling(chargePointId: string): readonly Settling[] {
    return this.settlings.of(chargePointId);
  }

  get(chargePointId: string): Session | undefined {
    return this.byChargePoint.get(chargePointId);
  }

  all(): Iterable<Session> {
    return this.byChargePoint.values();
  }

  /**
   * When of the charge points with frames that wait or are being decided the one that waits longest last had
   * one taken, monotonic ms.
   */
  waitingSince(): number | undefined {
    let since: number | undefined;
    for (const session of this.byChargePoint.values()) {
      if (session.hasWork && (since === undefined || session.movedAt < since)) since = session.movedAt;
    }
    return since;
  }

  chargePointIds(): IterableIterator<string> {
    return this.byChargePoint.keys();
  }

  open(admitted: Admitted, remoteAddress: string, socket: Socket): Session {
    const { centralSystem, conversation, liveness, metrics, pingInterval, handovers, clock } = this.options;
    const { chargePointId, dialect, settings } = admitted;
    const session = new Session(
      centralSystem.chargePoint(chargePointId, dialect),
      dialect,
      socket,
      remoteAddress,
      settings?.pingInterval ?? pingInterval,
      Date.now(),
      clock(),
    );
    const older = this.byChargePoint.get(chargePointId);
    this.byChargePoint.set(chargePointId, session);
    older?.end('replaced', POLICY_VIOLATION, REPLACED);
    metrics.opened();
    liveness.watch(session);
    const isSettling = admitted.openKey !== undefined || admitted.isProfileOpen;
    const claimed = isSettling ? this.settle(session, admitted) : this.claim(session, admitted);
    session.claiming = claimed;
    this.track(session, claimed);
    const ready = handovers?.hold(session, claimed);
    if (ready !== undefined) this.track(session, ready);
    // Whoever gets an answer can count on it: from then on the old key, or the lower profile, opens nothing
    // any more.
    if (ready !== undefined || isSettling) conversation.hold(session, ready ?? claimed);
    return session;
  }

  closed(session: Session, code: number, reason: string): void {
    const { centralSystem, conversation, calls, liveness, metrics } = this.options;
    session.closed = true;
    const { chargePoint } = session;
    if (this.byChargePoint.get(chargePoint.id) === session) this.byChargePoint.delete(chargePoint.id);
    liveness.forget(session);
    conversation.closed(session);
    calls.closed(session);
    centralSystem.forget(chargePoint);
    metrics.closed(causeOf(session, code));
    this.track(session, this.release(session, code, reason));
  }

  /**
   * Closes the charge point's socket; with `before`, only one that has an older epoch. Resolves with whether
   * there was one.
   */
  async disconnect(chargePointId: string, reason: string, before?: number): Promise<boolean> {
    const session = this.byChargePoint.get(chargePointId);
    if (session === undefined) return false;
    if (before !== undefined) {
      await session.claiming;
      if (session.closed || session.epoch >= before) return false;
    }
    session.end(before === undefined ? 'disconnected' : 'replaced', POLICY_VIOLATION, cutReason(reason));
    return true;
  }

  /** Closes up to `count` sockets of those whose frames are all decided, the oldest first. */
  closeIdle(count: number, reason: string): void {
    let left = count;
    for (const session of [...this.byChargePoint.values()]) {
      if (left <= 0) return;
      if (session.hasWork) continue;
      session.end('stopping', GOING_AWAY, reason);
      left--;
    }
  }

  /**
   * Closes up to `count` sockets of charge points that are to go elsewhere, the oldest first, also where
   * frames of theirs are being decided: what is not answered they repeat there.
   */
  sendAway(count: number, isToGo: (chargePointId: string) => boolean, reason: string): void {
    let left = count;
    for (const [chargePointId, session] of [...this.byChargePoint]) {
      if (left <= 0) return;
      if (!isToGo(chargePointId)) continue;
      session.end('log_away', SERVICE_RESTART, reason);
      left--;
    }
  }

  /** Closes every socket, of an edge whose sessions are forgotten as a whole afterwards. */
  closeAll(reason: string): void {
    this.forgottenAsAWhole = true;
    for (const session of [...this.byChargePoint.values()]) session.end('stopping', GOING_AWAY, reason);
  }

  /** Resolves when the store knows of every socket that opened or closed so far. */
  async settled(): Promise<void> {
    while (this.recordings.size > 0) await Promise.all(this.recordings);
  }

  private track(session: Session, recording: Promise<unknown>): void {
    this.recordings.add(recording);
    recording
      .catch((error: unknown) => this.options.guard.caught(session, error))
      .finally(() => this.recordings.delete(recording));
  }

  /**
   * Makes known what the connection settles, and only then, if it is accepted still, the connection itself.
   */
  private async settle(session: Session, admitted: Admitted): Promise<Claimed> {
    const { id } = session.chargePoint;
    const { store } = this.options;
    let claimed: Claimed = {};
    try {
      await this.settlings.during(id, admitted, async () => {
        const refusal = await settle(store, id, admitted, session.openedAt);
        if (refusal === undefined) claimed = await this.claim(session, admitted);
        else this.refuseLate(session, refusal);
      });
    } catch (error) {
      this.failed(session, error);
    }
    session.claiming = undefined;
    return claimed;
  }

  /** Makes the socket known to the installation, and the charge point if that is new. */
  private async claim(session: Session, { known, profile, certificate, tls }: Admitted): Promise<Claimed> {
    const { edge, store, maxChargePoints, takenFrom, revokedMeanwhile } = this.options;
    const { id } = session.chargePoint;
    const { openedAt: connectedAt, remoteAddress } = session;
    try {
      const [{ session: record, previous, newer }, registered, holder] = await Promise.all([
        store.sessions.claim({
          chargePointId: id,
          edge,
          connectedAt,
          remoteAddress,
          version: session.dialect.version,
          securityProfile: profile,
          ...(certificate && { certificate: fingerprintOf(certificate) }),
          ...(tls && { tls }),
        }),
        known ? undefined : store.chargePoints.register(id, connectedAt, maxChargePoints),
        certificate && !store.certificates.shown(certificate)
          ? store.shownCertificates.shown(certificate, id)
          : undefined,
      ]);
      session.epoch = record.epoch;
      session.claiming = undefined;
      this.addRow(session, 'opened', null, 'connected', null, connectedAt);
      // Whoever revokes it looks for sessions after that is written; this one was not there yet.
      const problem = certificate && (revokedMeanwhile(certificate) ?? problemOfHolder(id, holder));
      if (problem) this.refuseLate(session, problem);
      if (newer !== undefined) session.end('replaced', POLICY_VIOLATION, REPLACED);
      if (registered === 'full') session.end('no_room', TRY_AGAIN_LATER, 'no room for another charge point');
      if (previous !== undefined && previous.edge !== edge)
        return { letGo: takenFrom(previous, record.epoch) };
    } catch (error) {
      this.failed(session, error);
    }
    return {};
  }

  private failed(session: Session, error: unknown): void {
    const { log } = this.options;
    log.error({ err: error, chargePoint: session.chargePoint.id }, 'a connection could not be recorded');
    session.end('failure', INTERNAL_ERROR, 'internal error');
  }

  /** Closes what was to be refused by the handshake, had it been looked at a moment later. */
  private refuseLate(session: Session, { reason, text }: LateRefusal): void {
    const event = securityEventOf(reason, text, session.chargePoint.id, session.remoteAddress, Date.now());
    if (event) this.options.rows.add(securityEvents, event);
    session.end('security', POLICY_VIOLATION, cutReason(text));
  }

  /** Conditional on the epoch: by now a newer connection may be recorded. */
  private async release(session: Session, code: number, reason: string): Promise<void> {
    const { store, log, notReleased } = this.options;
    const closedAt = Date.now();
    await session.claiming;
    const words = reasonOf(session, code, reason);
    this.addRow(session, 'closed', code, words, closedAt - session.openedAt, closedAt);
    if (session.epoch === 0 || this.forgottenAsAWhole) return;
    try {
      await store.sessions.release(session.chargePoint.id, session.epoch);
    } catch (error) {
      notReleased?.(session.chargePoint.id, session.epoch);
      log.error(
        { err: error, chargePoint: session.chargePoint.id },
        'a closed connection could not be recorded',
      );
    }
  }

  private addRow(
    session: Session,
    event: ConnectionRow['event'],
    code: number | null,
    reason: string,
    durationMs: number | null,
    receivedAt: number,
  ): void {
    const { epoch, remoteAddress } = session;
    const chargePointId = session.chargePoint.id;
    this.options.rows.add(connections, {
      chargePointId,
      event,
      epoch,
      remoteAddress,
      code,
      reason,
      durationMs,
      receivedAt,
    });
  }
}
