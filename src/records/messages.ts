import type { Table } from './table.ts';

/** One OCPP-J frame of the message log, secrets already redacted. */
export interface MessageRow {
  readonly chargePointId: string;
  /** `in`: from the charge point; `out`: from Farad. */
  readonly direction: 'in' | 'out';
  readonly type: 'CALL' | 'CALLRESULT' | 'CALLERROR' | 'unreadable';
  readonly messageId: string;
  /** Action of the CALL that the frame is or answers; empty where it cannot be known. */
  readonly action: string;
  /** Error code of a CALLERROR, else empty. */
  readonly errorCode: string;
  /** The frame's payload (or the raw frame where unreadable) as text, cut at the limit of the message log. */
  readonly payload: string;
  readonly receivedAt: number;
}

export const messages: Table<MessageRow> = {
  name: 'messages',
  id: 6,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'direction', type: 'LowCardinality(String)', value: (row) => row.direction },
    { name: 'type', type: 'LowCardinality(String)', value: (row) => row.type },
    { name: 'message_id', type: 'String', value: (row) => row.messageId },
    { name: 'action', type: 'LowCardinality(String)', value: (row) => row.action },
    { name: 'error_code', type: 'LowCardinality(String)', value: (row) => row.errorCode },
    { name: 'payload', type: 'String', value: (row) => row.payload },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
