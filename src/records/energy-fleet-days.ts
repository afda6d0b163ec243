import type { Table } from './table.ts';

/** What the charge points of a bucket imported in a day, summed up anew as a whole. */
export interface EnergyFleetDayRow {
  /** Days of UTC since the epoch. */
  readonly day: number;
  readonly bucket: number;
  readonly sums: readonly EnergySum[];
  /** When it was summed up, by the clock of ClickHouse, epoch ms: the newest row counts. */
  readonly workedAt: number;
}

export interface EnergySum {
  /** Quarter of an hour of the day, from 0 on. */
  readonly quarter: number;
  /** As in EnergyItem. */
  readonly kind: string;
  readonly amount: number;
}

export const energyFleetDays: Table<EnergyFleetDayRow> = {
  name: 'energy_fleet_days',
  id: 14,
  columns: [
    { name: 'day', type: 'Int32', value: (row) => row.day },
    { name: 'bucket', type: 'Int32', value: (row) => row.bucket },
    { name: 'quarters', type: 'Array(Int32)', value: (row) => row.sums.map(({ quarter }) => quarter) },
    {
      name: 'kinds',
      type: 'Array(LowCardinality(String))',
      value: (row) => row.sums.map(({ kind }) => kind),
    },
    { name: 'amounts', type: 'Array(Float64)', value: (row) => row.sums.map(({ amount }) => amount) },
    { name: 'worked_at', type: "DateTime64(3, 'UTC')", value: (row) => row.workedAt },
  ],
};
