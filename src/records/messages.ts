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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Elements before the payload: message type and messageId, and with a CALL the action. */
const TEXTS_BEFORE_PAYLOAD = { call: 2, result: 1, error: 1 } as const;

/**
 * The payload of a well-formed frame as it stands in its text (with a CALLERROR: code, description and
 * details), so that it need not be serialised again. Where the frame was cut short, what there is of it.
 */
export function payloadOf(frame: string, type: keyof typeof TEXTS_BEFORE_PAYLOAD): string {
  let at = 0;
  for (let text = 0; text < TEXTS_BEFORE_PAYLOAD[type]; text++) at = endOfText(frame, frame.indexOf('"', at));
  const start = frame.indexOf(',', at) + 1;
  if (start === 0) return '';
  const end = frame.lastIndexOf(']');
  return frame.slice(start, end < start || isInside(frame, end) ? undefined : end).trim();
}

/** Where the text that opens at `start` has ended. */
function endOfText(frame: string, start: number): number {
  let at = start + 1;
  while (at < frame.length && frame.charCodeAt(at) !== QUOTE)
    at += frame.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Whether something other than space follows: then that bracket is not the end of the frame. */
function isInside(frame: string, bracket: number): boolean {
  for (let at = bracket + 1; at < frame.length; at++) {
    if (frame.charCodeAt(at) > 0x20) return true;
  }
  return false;
}
