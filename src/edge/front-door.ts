import type { RowSink } from '../central-system/row-sink.ts';
import { connections } from '../records/connections.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { PROTOCOL_ERROR } from './close-codes.ts';
import type { Conversation } from './conversation.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { Admitted, Dismissed, Handshake, Refused } from './handshake.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { TokenBucket } from './token-bucket.ts';
import type { RequestHead, TransportEvents } from './transport/transport.ts';

export interface FrontDoorOptions {
  readonly handshake: Handshake;
  readonly sessions: Sessions;
  readonly conversation: Pick<Conversation, 'receive'>;
  readonly rows: RowSink;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

/** Somebody who gets a WebSocket. */
export interface Arrival {
  readonly verdict: Admitted | Dismissed;
  readonly remoteAddress: string;
}

/** Refusals that are written down, per second: a storm of them shall cost no more than counting. */
const REFUSALS_WRITTEN_PER_SECOND = 50;

/** HTTP status or close code of a connection that was upgraded only to be closed. */
const DISMISSED = PROTOCOL_ERROR;

/** What the transport tells, brought to where it belongs. */
export function createFrontDoor(options: FrontDoorOptions): TransportEvents<Arrival, Session> {
  const { handshake, sessions, conversation, rows, metrics, log, clock } = options;
  const written = new TokenBucket(REFUSALS_WRITTEN_PER_SECOND);

  const note = (verdict: Refused | Dismissed, remoteAddress: string): void => {
    const { reason, text, chargePointId } = verdict;
    const code = verdict.kind === 'refused' ? verdict.answer.status : DISMISSED;
    metrics.refused(reason);
    if (code === 503) {
      log.warn({ reason, sockets: sessions.size }, 'connections are refused: a limit is reached');
    }
    if (reason === 'path' || reason === 'no_upgrade' || !written.take(clock())) return;
    rows.add(connections, {
      chargePointId,
      event: 'refused',
      epoch: 0,
      remoteAddress,
      code,
      reason: text,
      durationMs: null,
      receivedAt: Date.now(),
    });
  };

  return {
    request(head: RequestHead) {
      const verdict = handshake.request(head);
      if (verdict.kind === 'refused') note(verdict, head.remoteAddress);
      return verdict.answer;
    },

    upgrade(head: RequestHead) {
      const verdict = handshake.upgrade(head);
      const { remoteAddress } = head;
      if (verdict.kind !== 'admitted') note(verdict, remoteAddress);
      if (verdict.kind === 'refused') return verdict.answer;
      const protocol = verdict.kind === 'admitted' ? verdict.protocol : '';
      return { arrival: { verdict, remoteAddress }, protocol };
    },

    open({ verdict, remoteAddress }, socket) {
      if (verdict.kind === 'admitted') return sessions.open(verdict, remoteAddress, socket);
      socket.end(DISMISSED, verdict.text);
      return undefined;
    },

    message: (session, bytes, binary) => conversation.receive(session, bytes, binary),

    sign(session) {
      session.heardAt = clock();
    },

    close: (session, code, reason) => sessions.closed(session, code, reason),
  };
}
