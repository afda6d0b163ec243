import type { Table } from './table.ts';

/**
 * One sampled value, from MeterValues or from the transactionData of a StopTransaction
 * (OCPP 1.6 ed. 2 §7.43).
 */
export interface MeterSampleRow {
  readonly chargePointId: string;
  readonly connectorId: number;
  /**
   * Null where the charge point named none and no transaction was open, or where the number is out of range.
   */
  readonly transactionId: number | null;
  readonly measurand: string;
  /** Empty text where the charge point gave none. */
  readonly phase: string;
  readonly location: string;
  readonly context: string;
  readonly format: string;
  readonly unit: string;
  /** Charge point's clock, epoch ms; the time of receipt where it was unusable (then `flags` says so). */
  readonly ts: number;
  /** NaN or null for what is no finite number (SignedData, empty text). */
  readonly value: number | null;
  readonly rawValue: string;
  readonly source: 'MeterValues' | 'StopTransaction';
  /** What was odd about it, for example `timestamp-unreadable`. */
  readonly flags: readonly string[];
  readonly receivedAt: number;
}

export const meterSamples: Table<MeterSampleRow> = {
  name: 'meter_samples',
  id: 1,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'connector_id', type: 'Int32', value: (row) => row.connectorId },
    { name: 'transaction_id', type: 'Nullable(Int32)', value: (row) => row.transactionId },
    { name: 'measurand', type: 'LowCardinality(String)', value: (row) => row.measurand },
    { name: 'phase', type: 'LowCardinality(String)', value: (row) => row.phase },
    { name: 'location', type: 'LowCardinality(String)', value: (row) => row.location },
    { name: 'context', type: 'LowCardinality(String)', value: (row) => row.context },
    { name: 'format', type: 'LowCardinality(String)', value: (row) => row.format },
    { name: 'unit', type: 'LowCardinality(String)', value: (row) => row.unit },
    { name: 'ts', type: "DateTime64(3, 'UTC')", value: (row) => row.ts },
    { name: 'value', type: 'Nullable(Float64)', value: (row) => row.value },
    { name: 'raw_value', type: 'String', value: (row) => row.rawValue },
    { name: 'source', type: 'LowCardinality(String)', value: (row) => row.source },
    { name: 'flags', type: 'Array(LowCardinality(String))', value: (row) => row.flags },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
