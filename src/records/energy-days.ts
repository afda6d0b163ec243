import type { Table } from './table.ts';

/** What happened in a day on one connector, worked out anew as a whole. */
export interface EnergyDayRow {
  /** Days of UTC since the epoch. */
  readonly day: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly items: readonly EnergyItem[];
  readonly flowed: readonly LastFlow[];
  /** When its inputs were read, by the clock of ClickHouse, epoch ms: the newest row counts. */
  readonly workedAt: number;
}

/** Until when in the day energy of a transaction flowed; from its begin where it had none at all. */
export interface LastFlow {
  readonly transactionId: number;
  /** ms of the day */
  readonly until: number;
}

export interface EnergyItem {
  /** From when until when, ms of the day, within a quarter of an hour. */
  readonly since: number;
  readonly until: number;
  /** 0 outside of transactions. */
  readonly transactionId: number;
  /** That started the transaction. */
  readonly idTag: string;
  /**
   * '' for energy, `fall`, `unknown` for a transaction whose energy is not known, or why readings count for
   * nothing.
   */
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
    { name: 'since', type: 'Array(UInt32)', value: (row) => row.items.map(({ since }) => since) },
    { name: 'until', type: 'Array(UInt32)', value: (row) => row.items.map(({ until }) => until) },
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
    {
      name: 'wh',
      type: 'Float64',
      value: (row) => row.items.reduce((sum, { kind, amount }) => (kind === '' ? sum + amount : sum), 0),
    },
    {
      name: 'odd_kinds',
      type: 'Array(LowCardinality(String))',
      value: (row) => row.items.filter(isOdd).map(({ kind }) => kind),
    },
    {
      name: 'odd_amounts',
      type: 'Array(Float64)',
      value: (row) => row.items.filter(isOdd).map(({ amount }) => amount),
    },
    {
      name: 'flowed_ids',
      type: 'Array(Int32)',
      value: (row) => row.flowed.map(({ transactionId }) => transactionId),
    },
    { name: 'flowed_until', type: 'Array(UInt32)', value: (row) => row.flowed.map(({ until }) => until) },
  ],
};

function isOdd({ kind }: EnergyItem): boolean {
  return kind !== '';
}
