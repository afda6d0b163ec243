import type { ChargePoint } from '../../charge-point.ts';
import type { Context } from '../../context.ts';

/**
 * More connectors than any charge point has: numbers beyond are nonsense (firmware was met that reports 1.6
 * billion) and not believed.
 */
export const MAX_CONNECTORS = 1024;

/**
 * Connectors are 1 to n without gaps (OCPP 1.6 ed. 2 §3.8): a connector or a NumberOfConnectors that is told
 * of raises n, at once. Returns how to keep that, which may be done more than once; undefined where there is
 * nothing to keep.
 */
export function learnConnectors(
  { store }: Context,
  chargePoint: ChargePoint,
  connectors: number,
  now: number,
): (() => Promise<unknown>) | undefined {
  const believable = Number.isInteger(connectors) && connectors > 0 && connectors <= MAX_CONNECTORS;
  if (!believable || connectors <= chargePoint.numberOfConnectors) return undefined;
  chargePoint.numberOfConnectors = connectors;
  return () =>
    store.chargePoints.note(chargePoint.id, { numberOfConnectors: chargePoint.numberOfConnectors }, now);
}
