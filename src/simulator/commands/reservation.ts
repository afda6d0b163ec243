import { readTimestamp } from '../../protocol/timestamp.ts';
import type { ReservationStatus } from '../../protocol/v16/generated/messages.ts';
import type { Connector } from '../connector.ts';
import type { Commands, Controls } from '../controls.ts';

/** Central System commands of the Reservation profile (OCPP 1.6 ed. 2 §5.1, §5.13). */
export const reservationCommands = {
  ReserveNow: (controls, { connectorId, expiryDate, idTag, parentIdTag, reservationId }) => {
    const { scheduler } = controls.world;
    const held = holder(controls, reservationId);
    const connector = connectorId === 0 ? (held ?? anyFree(controls)) : controls.connector(connectorId);
    if (connector === undefined) return { payload: { status: connectorId === 0 ? 'Occupied' : 'Rejected' } };
    const status = connector === held ? 'Accepted' : reservationStatus(connector);
    if (status !== 'Accepted') return { payload: { status } };
    const waitMs = Math.max(
      0,
      (readTimestamp(expiryDate)?.epochMs ?? 0) - scheduler.epochMs(scheduler.now()),
    );
    return {
      payload: { status },
      afterwards: () => {
        // The same id again replaces what was there (obligation I1), perhaps on another connector.
        if (held !== undefined && held !== connector) held.endReservation();
        connector.reserve({ id: reservationId, idTag, parentIdTag, endsAt: scheduler.now() + waitMs });
      },
    };
  },

  CancelReservation: (controls, { reservationId }) => {
    const connector = holder(controls, reservationId);
    if (connector === undefined) return { payload: { status: 'Rejected' } };
    return { payload: { status: 'Accepted' }, afterwards: () => connector.endReservation() };
  },
} satisfies Commands;

function holder(controls: Controls, reservationId: number): Connector | undefined {
  return controls.connectors.find((connector) => connector.reservation?.id === reservationId);
}

function anyFree(controls: Controls): Connector | undefined {
  return controls.connectors.find((connector) => reservationStatus(connector) === 'Accepted');
}

function reservationStatus(connector: Connector): ReservationStatus {
  switch (connector.status) {
    case 'Available':
      return 'Accepted';
    case 'Faulted':
      return 'Faulted';
    case 'Unavailable':
      return 'Unavailable';
    default:
      return 'Occupied';
  }
}
