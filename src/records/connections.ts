import type { Table } from './table.ts';

/** A WebSocket that opened, closed, or was refused before the upgrade. */
export interface ConnectionRow {
  readonly chargePointId: string;
  readonly event: 'opened' | 'closed' | 'refused';
  /** Session epoch of the connection; 0 for a refusal. */
  readonly epoch: number;
  readonly remoteAddress: string;
  /** WebSocket close code, or the HTTP status of a refusal; null where there is none. */
  readonly code: number | null;
  /** Why, in words an operator understands. */
  readonly reason: string;
  /** How long the connection lasted, ms; null unless closed. */
  readonly durationMs: number | null;
  readonly receivedAt: number;
}

export const connections: Table<ConnectionRow> = {
  name: 'connections',
  id: 5,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'event', type: 'LowCardinality(String)', value: (row) => row.event },
    { name: 'epoch', type: 'Int64', value: (row) => row.epoch },
    { name: 'remote_address', type: 'String', value: (row) => row.remoteAddress },
    { name: 'code', type: 'Nullable(Int32)', value: (row) => row.code },
    { name: 'reason', type: 'String', value: (row) => row.reason },
    { name: 'duration_ms', type: 'Nullable(Int64)', value: (row) => row.durationMs },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
