import type { Table } from './table.ts';

/** One StatusNotification (OCPP 1.6 ed. 2 §4.9). Connector 0 is the charge point itself. */
export interface ConnectorStatusRow {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly status: string;
  readonly errorCode: string;
  readonly info: string;
  readonly vendorId: string;
  readonly vendorErrorCode: string;
  /** Charge point's clock, epoch ms; the time of receipt where it was absent or unreadable. */
  readonly ts: number;
  readonly receivedAt: number;
}

export const connectorStatus: Table<ConnectorStatusRow> = {
  name: 'connector_status',
  id: 4,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'connector_id', type: 'Int32', value: (row) => row.connectorId },
    { name: 'status', type: 'LowCardinality(String)', value: (row) => row.status },
    { name: 'error_code', type: 'LowCardinality(String)', value: (row) => row.errorCode },
    { name: 'info', type: 'String', value: (row) => row.info },
    { name: 'vendor_id', type: 'LowCardinality(String)', value: (row) => row.vendorId },
    { name: 'vendor_error_code', type: 'String', value: (row) => row.vendorErrorCode },
    { name: 'ts', type: "DateTime64(3, 'UTC')", value: (row) => row.ts },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
