import type { Counter, Registry } from '../telemetry/metrics.ts';
import type { ChargePoint } from './charge-point.ts';

/**
 * What the central system counts. Children are made once where the labels are known, so that counting is one
 * addition.
 */
export interface Counters {
  /** idTagInfo.status of an answer. */
  authorization(action: string, status: string): void;
  /** What became of a StartTransaction or StopTransaction. */
  transaction(event: string): void;
  /** Each repair by which a message that broke its schema became readable. */
  repairs(chargePoint: ChargePoint, action: string, repairs: readonly string[]): void;
  refusedBeforeAcceptance(action: string): void;
  /** What became of a write that failed after its answer. */
  owedWrite(outcome: 'kept' | 'lost'): void;
}

export function createCounters(registry: Registry): Counters {
  const authorizations = registry.counter(
    'farad_authorizations_total',
    'Answers about an idTag, by message and idTagInfo.status',
    ['action', 'status'],
  );
  const transactions = registry.counter(
    'farad_transactions_total',
    'What became of StartTransaction and StopTransaction requests',
    ['event'],
  );
  const repairs = registry.counter(
    'farad_repairs_total',
    'Repairs that made a message readable that broke its schema, by vendor and model of the charge point',
    ['action', 'repair', 'vendor', 'model'],
  );
  const refused = registry.counter(
    'farad_refused_before_acceptance_total',
    'Messages refused with SecurityError because the charge point was not accepted',
    ['action'],
  );
  const owed = registry.counter(
    'farad_owed_writes_total',
    'Writes that failed after the charge point had been answered: kept by a later try, or lost',
    ['outcome'],
  );
  const owedWrites = { kept: owed.with({ outcome: 'kept' }), lost: owed.with({ outcome: 'lost' }) };

  const byAction = new Map<string, Map<string, Counter>>();
  return {
    authorization(action, status) {
      let byStatus = byAction.get(action);
      if (byStatus === undefined) {
        byStatus = new Map();
        byAction.set(action, byStatus);
      }
      let counter = byStatus.get(status);
      if (counter === undefined) {
        counter = authorizations.with({ action, status });
        byStatus.set(status, counter);
      }
      counter.inc();
    },
    transaction: (event) => transactions.with({ event }).inc(),
    repairs({ vendor, model }, action, names) {
      for (const repair of names) repairs.with({ action, repair, vendor, model }).inc();
    },
    refusedBeforeAcceptance: (action) => refused.with({ action }).inc(),
    owedWrite: (outcome) => owedWrites[outcome].inc(),
  };
}
