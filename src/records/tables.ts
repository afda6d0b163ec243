import { authorizations } from './authorizations.ts';
import { chargePoints } from './charge-points.ts';
import { connections } from './connections.ts';
import { connectorStatus } from './connector-status.ts';
import { energyDays } from './energy-days.ts';
import { energyFleetDays } from './energy-fleet-days.ts';
import { messages } from './messages.ts';
import { meterSamples } from './meter-samples.ts';
import { rejectedRows } from './rejected-rows.ts';
import { reservations } from './reservations.ts';
import { securityEvents } from './security-events.ts';
import type { Table } from './table.ts';
import { transactionClosures } from './transaction-closures.ts';
import { transactionCorrections } from './transaction-corrections.ts';
import { transactionEnergy } from './transaction-energy.ts';
import { transactions } from './transactions.ts';

/** Every ClickHouse table that Farad writes. */
export const tables: readonly Table[] = [
  meterSamples,
  transactions,
  authorizations,
  connectorStatus,
  connections,
  messages,
  rejectedRows,
  reservations,
  chargePoints,
  energyDays,
  energyFleetDays,
  transactionEnergy,
  transactionClosures,
  transactionCorrections,
  securityEvents,
];

const byId = new Map(tables.map((table) => [table.id, table]));

/** The table with this number inside a chunk, or undefined where the chunk is from a newer Farad. */
export function tableById(id: number): Table | undefined {
  return byId.get(id);
}
