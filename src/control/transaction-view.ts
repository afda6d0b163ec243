import { correctedEnergy } from '../energy/corrected-energy.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { Suspicion } from '../store/forgotten-transactions.ts';
import type { TransactionCorrection } from '../store/transaction-corrections.ts';
import type { TransactionClosure, TransactionRecord } from '../store/transaction-record.ts';
import type { PublishedEnergy } from './published-energy.ts';
import { needsReview } from './transaction-review.ts';

/** A transaction as the API shows it (`#/components/schemas/Transaction`). */
export function viewTransaction(
  transaction: TransactionRecord,
  energy: PublishedEnergy,
  correction: TransactionCorrection | undefined,
  suspicions: readonly Suspicion[],
) {
  const { transactionId, chargePointId, connectorId, idTag, parentIdTag, authorization, reservationId } =
    transaction;
  const {
    startedAt,
    meterStart,
    stoppedAt,
    meterStop,
    stopIdTag,
    stopReason,
    state,
    flags,
    closure,
    version,
  } = transaction;
  return {
    transactionId,
    chargePointId,
    connectorId,
    idTag,
    parentIdTag: parentIdTag || null,
    authorization,
    reservationId,
    startedAt: writeTimestamp(startedAt),
    meterStart,
    stoppedAt: stoppedAt === null ? null : writeTimestamp(stoppedAt),
    meterStop,
    ...energy,
    correctedEnergyWh: correction === undefined ? null : correctedEnergy(transaction, correction),
    correction: correction === undefined ? null : viewCorrection(correction),
    toReview: correction === undefined && needsReview(transaction, energy.energyFlags),
    stopIdTag: stopIdTag || null,
    stopReason: stopReason || null,
    state,
    closure: closure === undefined ? null : viewClosure(closure),
    suspicions: suspicions.map(({ reason, since }) => ({
      reason,
      since: since === null ? null : writeTimestamp(since),
    })),
    flags,
    version,
  };
}

function viewClosure({ at, stoppedAt, ...closure }: TransactionClosure) {
  return { ...closure, at: writeTimestamp(at), stoppedAt: writeTimestamp(stoppedAt) };
}

/** A correction as the API shows it (`#/components/schemas/TransactionCorrection`). */
export function viewCorrection({ chargePointId: _, at, ...correction }: TransactionCorrection) {
  return { ...correction, at: writeTimestamp(at) };
}
