import { INT32_MAX } from '../../../protocol/int32.ts';
import type { StatusNotificationRequest } from '../../../protocol/v16/generated/messages.ts';
import { type ConnectorStatusRow, connectorStatus } from '../../../records/connector-status.ts';
import { redactUrls } from '../../../telemetry/redaction.ts';
import type { ChargePoint } from '../../charge-point.ts';
import { readClock } from '../../charge-point-clock.ts';
import type { Context } from '../../context.ts';
import { acknowledged } from '../../decision.ts';
import { endReservationsOf } from '../../end-of-reservation.ts';
import type { LateWrite } from '../../late-writes.ts';
import type { Handler } from '../handler.ts';
import { learnConnectors, MAX_CONNECTORS } from './number-of-connectors.ts';

/** What the charge point as a whole (connector 0) can be (§4.9). */
const WHOLE_POINT: ReadonlySet<string> = new Set(['Available', 'Unavailable', 'Faulted']);

/**
 * StatusNotification (OCPP 1.6 ed. 2 §4.9), answered before it is on the disk. Every report is kept; it is
 * the connector's present state unless it is older than the one held. An error code beside a status other
 * than Faulted is a warning and changes no status. Transactions are not derived from it.
 */
export const statusNotification: Handler<'StatusNotification'> = {
  handle(context, chargePoint, request, receivedAt) {
    const row = statusRow(chargePoint, request, receivedAt);
    const writes: LateWrite[] = [];
    if (describesState(row)) {
      const learn = learnConnectors(context, chargePoint, row.connectorId, receivedAt);
      writes.push(() =>
        context.store.connectors.report(row, () => endReservationsOf(context, chargePoint, row, receivedAt)),
      );
      if (learn !== undefined) writes.push(learn);
    } else {
      context.rows.add(connectorStatus, row);
    }
    if (row.errorCode === 'LocalListConflict') {
      writes.push(() => flagListConflict(context, chargePoint, receivedAt));
    }
    return context.lateWrites.answer(chargePoint.id, acknowledged, writes);
  },
};

/**
 * Whether the report can be the state of a connector that exists, as against one to be kept in the history
 * only.
 */
function describesState({ connectorId, status }: ConnectorStatusRow): boolean {
  return connectorId === 0 ? WHOLE_POINT.has(status) : connectorId > 0 && connectorId <= MAX_CONNECTORS;
}

function statusRow(
  chargePoint: ChargePoint,
  request: StatusNotificationRequest,
  receivedAt: number,
): ConnectorStatusRow {
  const { connectorId, timestamp } = request;
  return {
    chargePointId: chargePoint.id,
    connectorId: Math.min(Math.max(connectorId, -1), INT32_MAX),
    status: request.status,
    errorCode: request.errorCode,
    info: redactUrls(request.info ?? ''),
    vendorId: request.vendorId ?? '',
    vendorErrorCode: redactUrls(request.vendorErrorCode ?? ''),
    ts: timestamp === undefined ? receivedAt : readClock(timestamp, receivedAt).epochMs,
    receivedAt,
  };
}

/**
 * Our answer about a tag contradicted the charge point's local list: the list wants to be sent again
 * (§3.5.2).
 */
function flagListConflict({ store }: Context, { id }: ChargePoint, receivedAt: number): Promise<unknown> {
  return store.chargePoints.note(id, { localListConflictAt: receivedAt }, receivedAt);
}
