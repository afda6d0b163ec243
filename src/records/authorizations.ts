import type { Table } from './table.ts';

/** One answer about an idTag: what was asked, by which message, and what Farad said (OCPP 1.6 ed. 2 §4.1). */
export interface AuthorizationRow {
  readonly chargePointId: string;
  /** As the charge point spelled it. */
  readonly idTag: string;
  readonly parentIdTag: string;
  /** idTagInfo.status of the answer. */
  readonly status: string;
  readonly action: 'Authorize' | 'StartTransaction' | 'StopTransaction';
  readonly receivedAt: number;
}

export const authorizations: Table<AuthorizationRow> = {
  name: 'authorizations',
  id: 3,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'id_tag', type: 'String', value: (row) => row.idTag },
    { name: 'parent_id_tag', type: 'String', value: (row) => row.parentIdTag },
    { name: 'status', type: 'LowCardinality(String)', value: (row) => row.status },
    { name: 'action', type: 'LowCardinality(String)', value: (row) => row.action },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
