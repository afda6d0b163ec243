import type { ConnectorRecord } from '../store/connector-record.ts';
import type { ChargePoint } from './charge-point.ts';
import type { Context } from './context.ts';

const OUT_OF_SERVICE = { Faulted: 'faulted', Unavailable: 'unavailable' } as const;

/**
 * A connector or the charge point as a whole that is Faulted or Unavailable holds no reservation any more
 * (OCPP 1.6 ed. 2 §5.13). One for connector 0, any connector, lasts while a single connector is left. Within
 * a write transaction.
 */
export function endReservationsOf(
  { store }: Context,
  { id, numberOfConnectors }: ChargePoint,
  { connectorId, status }: Pick<ConnectorRecord, 'connectorId' | 'status'>,
  at: number,
): void {
  const ending = OUT_OF_SERVICE[status as keyof typeof OUT_OF_SERVICE];
  if (ending === undefined || store.reservations.live(id).length === 0) return;
  const out = new Set(
    store.connectors
      .of(id)
      .filter((connector) => Object.hasOwn(OUT_OF_SERVICE, connector.status))
      .map((connector) => connector.connectorId),
  ).add(connectorId);
  const each = Array.from({ length: numberOfConnectors }, (_, index) => index + 1);
  const noneIsLeft = out.has(0) || (each.length > 0 && each.every((connector) => out.has(connector)));
  store.reservations.endWithin(
    id,
    ending,
    at,
    (held) => connectorId === 0 || held.connectorId === connectorId || (held.connectorId === 0 && noneIsLeft),
  );
}

/** Ends what expired longer ago than clocks differ, and forgets what was over long ago (§5.13). */
export async function expireReservations({ store, settings, clock }: Context): Promise<void> {
  const now = clock();
  while ((await store.reservations.expire(now - settings.reservationSlack, now)) > 0);
  while ((await store.reservations.forget(now - settings.reservationRetention)) > 0);
}
