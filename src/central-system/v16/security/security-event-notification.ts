import type { SecurityEventNotificationRequest } from '../../../protocol/v16/generated/messages.ts';
import { isCritical, type SecurityEventRow, securityEvents } from '../../../records/security-events.ts';
import { redactJson } from '../../../telemetry/redaction.ts';
import type { ChargePoint } from '../../charge-point.ts';
import { readClock } from '../../charge-point-clock.ts';
import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/** What is kept of texts that are longer than the standard allows, characters. */
const MAX_TYPE = 255;
const MAX_TECH_INFO = 2000;
const MAX_TIMESTAMP = 64;

/**
 * SecurityEventNotification (security whitepaper ed. 3 §5.15): always acknowledged, since its types are an
 * open list; it may be about a time long ago, when the charge point was offline.
 */
export const securityEventNotification: Handler<'SecurityEventNotification'> = {
  handle({ rows }, chargePoint, request, receivedAt) {
    rows.add(securityEvents, eventRow(chargePoint, request, receivedAt));
    return acknowledged;
  },

  /** Over-long or unreadable members are no reason to make the charge point repeat it. */
  salvage: ({ type, timestamp, techInfo }) =>
    typeof type === 'string'
      ? {
          type,
          timestamp: typeof timestamp === 'string' ? timestamp : '',
          ...(typeof techInfo === 'string' && { techInfo }),
        }
      : undefined,
};

function eventRow(
  chargePoint: ChargePoint,
  { type, timestamp, techInfo = '' }: SecurityEventNotificationRequest,
  receivedAt: number,
): SecurityEventRow {
  return {
    chargePointId: chargePoint.id,
    source: 'charge-point',
    type: type.slice(0, MAX_TYPE),
    critical: isCritical(type),
    reason: '',
    techInfo: String(redactJson(techInfo)).slice(0, MAX_TECH_INFO),
    remoteAddress: '',
    reportedAt: readClock(timestamp, receivedAt).epochMs,
    rawTimestamp: timestamp.slice(0, MAX_TIMESTAMP),
    receivedAt,
  };
}
