import type { Table } from './table.ts';

/** What happened in the quarters of an hour of a day on one connector, worked out anew as a whole. */
export interface EnergyDayRow {
  /** Days of UTC since the epoch. */
  readonly day: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly items: readonly EnergyItem[];
  /** When its inputs were read, by the clock of ClickHouse, epoch ms: the newest row counts. */
  readonly workedAt: number;
}

export interface EnergyItem {
  /** Quarter of an hour of the day, 0 to 95. */
  readonly quarter: number;
  /** 0 outside of transactions. */
  readonly transactionId: number;
  /** That started the transaction. */
  readonly idTag: string;
  /** '' for energy, `fall`, `unknown` for a transaction whose energy is not known, or why readings count for nothing. */
  readonly kind: string;
  /** Wh, or how many. */
  readonly amount: number;
}

export const energyDays: Table<EnergyDayRow> = {
  name: 'energy_days',
  id: 10,
  columns: [
    { name: 'day', type: 'Int32', value: (row) => row.day },
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'connector_id', type: 'Int32', value: (row) => row.connectorId },
    { name: 'quarters', type: 'Array(UInt8)', value: (row) => row.items.map(({ quarter }) => quarter) },
    {
      name: 'transaction_ids',
      type: 'Array(Int32)',
      value: (row) => row.items.map((item) => item.transactionId),
    },
    { name: 'id_tags', type: 'Array(String)', value: (row) => row.items.map(({ idTag }) => idTag) },
    {
      name: 'kinds',
      type: 'Array(LowCardinality(String))',
      value: (row) => row.items.map(({ kind }) => kind),
    },
    { name: 'amounts', type: 'Array(Float64)', value: (row) => row.items.map(({ amount }) => amount) },
    { name: 'worked_at', type: "DateTime64(3, 'UTC')", value: (row) => row.workedAt },
  ],
};
