import type { TransactionRecord } from '../../../store/transaction-record.ts';
import type { Room } from '../../room.ts';

/** The TxProfiles of a transaction end with it (OCPP 1.6 ed. 2 §3.13.1, §7.10); all others stay. */
export function endProfilesOf(
  { store }: Room,
  { chargePointId, connectorId, transactionId }: TransactionRecord,
): Promise<void> {
  return store.chargingProfiles.transactionEnded(chargePointId, connectorId, transactionId);
}
