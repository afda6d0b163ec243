import type { Table } from './table.ts';

/**
 * What was known of a charge point from one moment on (OCPP 1.6 ed. 2 §6.3 and what operators set). Empty
 * text: unknown.
 */
export interface ChargePointRow {
  readonly chargePointId: string;
  readonly vendor: string;
  readonly model: string;
  readonly firmwareVersion: string;
  readonly serialNumber: string;
  readonly group: string;
  /** Connectors that have reported themselves, without connector 0. */
  readonly connectors: number;
  readonly removed: boolean;
  /** When it was noticed, epoch ms. */
  readonly receivedAt: number;
}

export const chargePoints: Table<ChargePointRow> = {
  name: 'charge_points',
  id: 9,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'vendor', type: 'LowCardinality(String)', value: (row) => row.vendor },
    { name: 'model', type: 'LowCardinality(String)', value: (row) => row.model },
    { name: 'firmware_version', type: 'LowCardinality(String)', value: (row) => row.firmwareVersion },
    { name: 'serial_number', type: 'String', value: (row) => row.serialNumber },
    { name: 'group_name', type: 'LowCardinality(String)', value: (row) => row.group },
    { name: 'connectors', type: 'UInt16', value: (row) => row.connectors },
    { name: 'removed', type: 'UInt8', value: (row) => (row.removed ? 1 : 0) },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
