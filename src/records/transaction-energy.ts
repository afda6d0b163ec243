import type { Table } from './table.ts';

/** The energy of a transaction as its messages and readings determine it. */
export interface TransactionEnergyRow {
  readonly chargePointId: string;
  readonly transactionId: number;
  /** Wh; null where nothing determines it. */
  readonly energyWh: number | null;
  readonly source: 'registers' | 'readings' | 'none';
  /** Why it is not known; empty where it is. */
  readonly reason: string;
  readonly flags: readonly string[];
  /** When its inputs were read, by the clock of ClickHouse, epoch ms: the newest row counts. */
  readonly workedAt: number;
}

export const transactionEnergy: Table<TransactionEnergyRow> = {
  name: 'transaction_energy',
  id: 11,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'transaction_id', type: 'Int32', value: (row) => row.transactionId },
    { name: 'energy_wh', type: 'Nullable(Float64)', value: (row) => row.energyWh },
    { name: 'source', type: 'LowCardinality(String)', value: (row) => row.source },
    { name: 'reason', type: 'LowCardinality(String)', value: (row) => row.reason },
    { name: 'flags', type: 'Array(LowCardinality(String))', value: (row) => row.flags },
    { name: 'worked_at', type: "DateTime64(3, 'UTC')", value: (row) => row.workedAt },
  ],
};
