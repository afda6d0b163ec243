import { ABNORMAL, type CloseCause } from './close-codes.ts';
import type { Session } from './session.ts';

/** Why the socket closed, for metrics. */
export function causeOf(session: Session, code: number): CloseCause {
  return session.cause ?? (code === ABNORMAL ? 'lost' : 'charge_point');
}

/** In words for an operator: why did it drop? */
export function reasonOf(session: Session, code: number, reason: string): string {
  if (session.cause === 'unresponsive') return 'did not answer a ping';
  if (session.cause !== undefined) return reason;
  if (code === ABNORMAL) return reason === '' ? 'connection lost' : `connection lost: ${reason}`;
  return reason === '' ? 'closed by the charge point' : `closed by the charge point: ${reason}`;
}

/** Bytes that fit into a close frame beside the code (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/** As much of a reason as fits. */
export function cutReason(reason: string): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES
    ? reason
    : reason.slice(0, Math.floor(MAX_REASON_BYTES / 4)).toWellFormed();
}
