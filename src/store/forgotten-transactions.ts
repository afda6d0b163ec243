import { isBefore } from './connectors.ts';
import type { Store } from './store.ts';
import type { TransactionRecord } from './transaction-record.ts';

/** What speaks for it that an open transaction has ended without its stop, which may never come. */
export interface Suspicion {
  /**
   * - `silent`: its charge point is not connected, and nothing was heard of it for as long as the setting
   *   `transactions.forgottenAfter` says.
   * - `connector-available`: its connector was reported Available after it began (OCPP 1.6 ed. 2 §4.9): told
   *   after its start, and of a later time.
   * - `charge-point-gone`: its charge point was deleted.
   */
  readonly reason: 'silent' | 'connector-available' | 'charge-point-gone';
  /** Epoch ms, by Farad's clock; null where it is not known. */
  readonly since: number | null;
}

type Known = Pick<Store, 'chargePoints' | 'connectors' | 'sessions'>;

/**
 * What speaks against an open transaction at `now`; `after` is the setting `transactions.forgottenAfter`, ms.
 * Empty for one that is not open.
 */
export function suspicionsOf(
  { chargePoints, connectors, sessions }: Known,
  { state, chargePointId, connectorId, startedAt, receivedAt }: TransactionRecord,
  now: number,
  after: number,
): Suspicion[] {
  if (state !== 'open') return [];
  const chargePoint = chargePoints.get(chargePointId);
  if (chargePoint === undefined) return [{ reason: 'charge-point-gone', since: null }];
  const suspicions: Suspicion[] = [];
  const connector = connectors.get(chargePointId, connectorId);
  const isAvailable = connector?.status === 'Available' && connector.receivedAt > receivedAt;
  // A report that waited in a queue may be told after the start and yet speak of the time before it.
  if (isAvailable && connector.ts !== startedAt && !isBefore(connector.ts, startedAt)) {
    // Since when is by the charge point's clock: taken for no earlier than the start, and for no later than
    // the report.
    const since = Math.min(Math.max(connector.since, receivedAt), connector.receivedAt);
    suspicions.push({ reason: 'connector-available', since });
  }
  const heardAt = Math.max(chargePoint.lastSeenAt, receivedAt);
  if (heardAt <= now - after && sessions.get(chargePointId) === undefined) {
    suspicions.push({ reason: 'silent', since: heardAt });
  }
  return suspicions;
}

/**
 * Returns since when a suspicion counts for a Farad that began at `beganAt`, epoch ms; null if it is not
 * known.
 */
function countsSince({ reason, since }: Suspicion, beganAt: number): number | null {
  // While Farad was away it could hear nothing.
  return reason === 'silent' && since !== null ? Math.max(since, beganAt) : since;
}

/**
 * Whether what speaks against an open transaction has done so for as long as the setting
 * `transactions.forgottenAfter` says, so that it need not count any more. Silence counts only while Farad
 * itself was there, from `beganAt` on.
 */
export function isForgotten(
  transaction: TransactionRecord,
  suspicions: readonly Suspicion[],
  { now, after, beganAt }: { readonly now: number; readonly after: number; readonly beganAt: number },
): boolean {
  return suspicions.some(
    (suspicion) => (countsSince(suspicion, beganAt) ?? transaction.receivedAt) <= now - after,
  );
}
