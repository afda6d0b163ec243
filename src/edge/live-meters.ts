import type { ConnectorMeter } from '../link/methods.ts';
import type { Session } from './session.ts';

/** W, as last reported on connectors whose transaction is open. */
export function chargingPower(sessions: Iterable<Session>): number {
  let power = 0;
  for (const { meters, chargePoint } of sessions) {
    if (meters === undefined) continue;
    for (const [connectorId] of chargePoint.openTransactions) power += meters.get(connectorId)?.powerW ?? 0;
  }
  return power;
}

/** What the last meter values of a charge point said, by connector. */
export function metersOf({ meters, chargePoint }: Session): ConnectorMeter[] {
  return Array.from(meters ?? [], ([connectorId, { at, powerW, registerWh }]) => ({
    chargePointId: chargePoint.id,
    connectorId,
    at,
    ...(powerW !== undefined && { powerW }),
    ...(registerWh !== undefined && { registerWh }),
  }));
}
