import type { RowSink } from '../central-system/row-sink.ts';
import { connections } from '../records/connections.ts';
import { securityEvents } from '../records/security-events.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { INTERNAL_ERROR, PROTOCOL_ERROR } from './close-codes.ts';
import type { Conversation } from './conversation.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import { throughProxy } from './forwarded-head.ts';
import type { Admitted, Dismissed, Handshake, RefusalReason, Refused } from './handshake.ts';
import { securityEventOf } from './security-refusals.ts';
import type { Session } from './session.ts';
import type { SessionGuard } from './session-guard.ts';
import type { Sessions } from './sessions.ts';
import { TokenBucket } from './token-bucket.ts';
import type { HttpAnswer, RequestHead, TransportEvents } from './transport/transport.ts';

export interface FrontDoorOptions {
  readonly handshake: Handshake;
  /** Whose headers about the other end are believed. */
  readonly isProxy: (address: string) => boolean;
  readonly sessions: Sessions;
  readonly conversation: Pick<Conversation, 'receive'>;
  readonly guard: SessionGuard;
  readonly rows: RowSink;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

/** Somebody who gets a WebSocket. */
export interface Arrival {
  readonly outcome: Admitted | Dismissed;
  readonly remoteAddress: string;
}

/** Refusals that are written down, per second: a storm of them costs no more than counting. */
const REFUSALS_WRITTEN_PER_SECOND = 50;

/** HTTP status or close code of a connection that was upgraded only to be closed. */
const DISMISSED = PROTOCOL_ERROR;
/** The code of one that just ends (RFC 6455 §7.1.5). */
const NO_ANSWER = 1006;

/** What is refused for a time by no limit; whoever is the reason says so in the log. */
const ELSEWHERE_LOGGED: ReadonlySet<RefusalReason> = new Set(['deleting', 'log_away', 'behind']);

const BROKEN: HttpAnswer = { status: 500, body: 'internal error\n' };

/**
 * Brings what happens on the transport to where it belongs. Whatever throws there concerns that one
 * connection.
 */
export function createFrontDoor(options: FrontDoorOptions): TransportEvents<Arrival, Session> {
  const { handshake, isProxy, sessions, conversation, guard, rows, metrics, log, clock } = options;
  const written = new TokenBucket(REFUSALS_WRITTEN_PER_SECOND);

  const writeRefusal = (chargePointId: string, remoteAddress: string, code: number, reason: string) => {
    const receivedAt = Date.now();
    rows.add(connections, {
      chargePointId,
      event: 'refused',
      epoch: 0,
      remoteAddress,
      code,
      reason,
      durationMs: null,
      receivedAt,
    });
    return receivedAt;
  };
  const note = (outcome: Refused | Dismissed, remoteAddress: string): void => {
    const { reason, text, chargePointId } = outcome;
    const code = outcome.kind === 'refused' ? outcome.answer.status : DISMISSED;
    metrics.refused(reason);
    if (code === 503 && !ELSEWHERE_LOGGED.has(reason)) {
      log.warn({ reason, sockets: sessions.size }, 'connections are refused: a limit is reached');
    }
    if (reason === 'path' || reason === 'no_upgrade' || !written.take(clock())) return;
    const receivedAt = writeRefusal(chargePointId, remoteAddress, code, text);
    const event = securityEventOf(reason, text, chargePointId, remoteAddress, receivedAt);
    if (event !== undefined) rows.add(securityEvents, event);
  };

  return {
    request(asked: RequestHead) {
      try {
        const head = throughProxy(asked, isProxy);
        const outcome = handshake.request(head);
        if (outcome.kind === 'refused') note(outcome, head.remoteAddress);
        return outcome.answer;
      } catch (error) {
        guard.caughtBefore(error);
        return BROKEN;
      }
    },

    upgrade(asked: RequestHead) {
      try {
        const head = throughProxy(asked, isProxy);
        const outcome = handshake.upgrade(head);
        const { remoteAddress } = head;
        if (outcome.kind !== 'admitted') note(outcome, remoteAddress);
        if (outcome.kind === 'refused') return outcome.answer;
        const protocol = outcome.kind === 'admitted' ? outcome.dialect.subprotocol : '';
        return { arrival: { outcome, remoteAddress }, protocol };
      } catch (error) {
        guard.caughtBefore(error);
        return BROKEN;
      }
    },

    wrongHeader(remoteAddress, problem) {
      metrics.refused('proxy_header');
      log.warn({ remoteAddress, problem }, 'a connection is refused: its PROXY header');
      if (written.take(clock())) writeRefusal('', remoteAddress, NO_ANSWER, problem);
    },

    open({ outcome, remoteAddress }, socket) {
      if (outcome.kind === 'admitted') {
        try {
          return sessions.open(outcome, remoteAddress, socket);
        } catch (error) {
          guard.caughtBefore(error);
          socket.end(INTERNAL_ERROR, 'internal error');
          return undefined;
        }
      }
      socket.end(DISMISSED, outcome.text);
      return undefined;
    },

    message: conversation.receive,

    sign(session) {
      session.heardAt = clock();
    },

    close(session, code, reason) {
      try {
        sessions.closed(session, code, reason);
      } catch (error) {
        guard.caught(session, error);
      }
    },
  };
}
