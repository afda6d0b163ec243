import type { TableName } from '../records/table.ts';

/** By what a row is found again in its table, whatever merges have made of it since. */
export interface RowIdentity {
  /** Columns that the index of the table finds rows by, in its order. None of them can be NULL. */
  readonly lookup: readonly string[];
  /** Columns that distinguish rows which agree in those. */
  readonly rest: readonly string[];
  /**
   * What is left of rows that agree in all of these columns: `one` of them, whichever; the `newest`, that is
   * the one with the highest `version`; or `all`, because nothing merges them.
   */
  readonly left: 'one' | 'newest' | 'all';
  readonly version?: string;
}

/**
 * Values that ClickHouse may change when it stores them (times of charge points, which may be out of its
 * range) identify no row that nothing merges.
 */
export const rowIdentities: Readonly<Record<TableName, RowIdentity>> = {
  meter_samples: {
    lookup: ['charge_point_id', 'connector_id', 'measurand', 'phase', 'location', 'context', 'format', 'ts'],
    rest: ['raw_value'],
    left: 'one',
  },
  transactions: {
    lookup: ['charge_point_id', 'transaction_id'],
    rest: [],
    left: 'newest',
    version: 'version',
  },
  reservations: { lookup: ['charge_point_id', 'uid'], rest: [], left: 'newest', version: 'version' },
  charge_points: { lookup: ['charge_point_id'], rest: [], left: 'newest', version: 'received_at' },
  energy_days: {
    lookup: ['day', 'charge_point_id', 'connector_id'],
    rest: [],
    left: 'newest',
    version: 'worked_at',
  },
  energy_fleet_days: { lookup: ['day', 'bucket'], rest: [], left: 'newest', version: 'worked_at' },
  transaction_energy: {
    lookup: ['charge_point_id', 'transaction_id'],
    rest: [],
    left: 'newest',
    version: 'worked_at',
  },
  transaction_closures: { lookup: ['charge_point_id', 'transaction_id'], rest: [], left: 'one' },
  transaction_corrections: {
    lookup: ['charge_point_id', 'transaction_id'],
    rest: [],
    left: 'newest',
    version: 'received_at',
  },
  authorizations: {
    lookup: ['charge_point_id', 'received_at'],
    rest: ['id_tag', 'parent_id_tag', 'status', 'action'],
    left: 'all',
  },
  connector_status: {
    lookup: ['charge_point_id', 'connector_id', 'received_at'],
    rest: ['status', 'error_code', 'info', 'vendor_id', 'vendor_error_code'],
    left: 'all',
  },
  connections: {
    lookup: ['charge_point_id', 'received_at'],
    rest: ['event', 'epoch', 'remote_address', 'reason'],
    left: 'all',
  },
  security_events: {
    lookup: ['charge_point_id', 'received_at'],
    rest: ['source', 'type', 'reason', 'tech_info', 'remote_address', 'raw_timestamp'],
    left: 'all',
  },
  messages: {
    lookup: ['charge_point_id', 'received_at'],
    rest: ['direction', 'type', 'message_id', 'action', 'error_code', 'payload'],
    left: 'all',
  },
  rejected_rows: { lookup: ['table', 'received_at'], rest: ['row'], left: 'all' },
};
