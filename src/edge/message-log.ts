import type { RowBuffer } from '../journal/row-buffer.ts';
import type { Exchange } from '../records/exchanges.ts';
import { payloadOf } from '../records/frame-payload.ts';
import { type MessageRow, messages } from '../records/messages.ts';
import { redactPayload } from './message-redaction.ts';
import { PerMinute } from './per-minute.ts';
import type { Session } from './session.ts';

/** Whose frames they are. */
export type Speaker = Pick<Session, 'dialect'> & { readonly chargePoint: { readonly id: string } };

export interface MessageLogOptions {
  readonly enabled: boolean;
  /** Actions that are left out, with their answers. */
  readonly excluded: readonly string[];
  /** Bytes of a payload; longer ones are cut. */
  readonly maxPayload: number;
  readonly rows: Pick<RowBuffer, 'add' | 'exchange'>;
  /** How full the journal is: the message log is the first to stop. */
  readonly level: () => 'normal' | 'no-messages' | 'no-samples';
}

/** Bytes of a frame that is kept as a whole, with its answer, without being looked into. */
const MAX_WHOLE = 4096;

const MAX_UTF8 = 3;

/**
 * Frames of one charge point that are kept in a minute although they cannot be read, or their action is left
 * out.
 */
const BROKEN_PER_MINUTE = 30;

/** Keeps the frames of charge points for operators, redacted and cut, in rows that nobody waits for. */
export class MessageLog {
  private readonly options: MessageLogOptions;
  private readonly excluded: ReadonlySet<string>;
  private readonly broken = new PerMinute(BROKEN_PER_MINUTE);

  constructor(options: MessageLogOptions) {
    this.options = options;
    this.excluded = new Set(options.excluded);
  }

  /** Whether frames of this action are wanted now. */
  wants(action: string): boolean {
    return this.options.enabled && !this.excluded.has(action) && this.options.level() === 'normal';
  }

  /**
   * Whether a frame of the charge point is wanted that cannot be read or is refused, whatever its action:
   * counted, so ask once for each. A charge point that sends nothing else does not fill the log.
   */
  wantsBroken(chargePointId: string): boolean {
    return this.options.enabled && this.options.level() === 'normal' && this.broken.take(chargePointId);
  }

  /** A CALL of the charge point as received, and the JSON that it is answered with. */
  exchange(speaker: Speaker, exchange: Exchange): void {
    const { action, frame, answer } = exchange;
    const room = Math.min(this.options.maxPayload, MAX_WHOLE);
    if (speaker.dialect.hasNoSecrets(action) && frame.length <= room && answer.length * MAX_UTF8 <= room) {
      this.options.rows.exchange(exchange);
    } else {
      const { messageId, receivedAt, answeredAt } = exchange;
      this.callIn(speaker, messageId, action, Buffer.from(frame).toString(), receivedAt);
      this.resultOut(speaker, messageId, action, answer, answeredAt);
    }
  }

  /** A CALL of the charge point, as received. */
  callIn(speaker: Speaker, messageId: string, action: string, frame: string, receivedAt: number): void {
    const payload = payloadOf(frame, 'call');
    this.add(speaker, {
      chargePointId: speaker.chargePoint.id,
      direction: 'in',
      type: 'CALL',
      messageId,
      action,
      errorCode: '',
      payload,
      receivedAt,
    });
  }

  /** The CALLRESULT that a CALL was answered with; `payload` is JSON. */
  resultOut(speaker: Speaker, messageId: string, action: string, payload: string, receivedAt: number): void {
    const type = 'CALLRESULT';
    this.add(speaker, {
      chargePointId: speaker.chargePoint.id,
      direction: 'out',
      type,
      messageId,
      action,
      errorCode: '',
      payload,
      receivedAt,
    });
  }

  /** The CALLERROR that a CALL was answered with, as sent. */
  errorOut(
    speaker: Speaker,
    messageId: string,
    action: string,
    errorCode: string,
    frame: string,
    receivedAt: number,
  ): void {
    const payload = errorPayload(frame);
    const type = 'CALLERROR';
    this.add(speaker, {
      chargePointId: speaker.chargePoint.id,
      direction: 'out',
      type,
      messageId,
      action,
      errorCode,
      payload,
      receivedAt,
    });
  }

  /** A CALL of ours, as sent. */
  callOut(speaker: Speaker, messageId: string, action: string, frame: string, receivedAt: number): void {
    const payload = payloadOf(frame, 'call');
    this.add(speaker, {
      chargePointId: speaker.chargePoint.id,
      direction: 'out',
      type: 'CALL',
      messageId,
      action,
      errorCode: '',
      payload,
      receivedAt,
    });
  }

  /**
   * An answer of the charge point, as received; `errorCode` is empty for a CALLRESULT, `action` where no CALL
   * of ours was waiting for it.
   */
  answerIn(
    speaker: Speaker,
    messageId: string,
    action: string,
    errorCode: string | undefined,
    frame: string,
    receivedAt: number,
  ): void {
    const isError = errorCode !== undefined;
    this.add(speaker, {
      chargePointId: speaker.chargePoint.id,
      direction: 'in',
      type: isError ? 'CALLERROR' : 'CALLRESULT',
      messageId,
      action,
      errorCode: errorCode ?? '',
      payload: isError ? errorPayload(frame) : payloadOf(frame, 'result'),
      receivedAt,
    });
  }

  /** A frame that could not be read. */
  unreadable(speaker: Speaker, messageId: string, frame: string, receivedAt: number): void {
    const type = 'unreadable';
    const payload = frame;
    this.add(speaker, {
      chargePointId: speaker.chargePoint.id,
      direction: 'in',
      type,
      messageId,
      action: '',
      errorCode: '',
      payload,
      receivedAt,
    });
  }

  private add({ dialect }: Speaker, row: MessageRow): void {
    const clean = dialect.hasNoSecrets(row.action) ? row.payload : redactPayload(row.payload);
    const payload = cutText(clean, this.options.maxPayload);
    this.options.rows.add(messages, payload === row.payload ? row : { ...row, payload });
  }
}

/** `["code","description",{details}]` of a CALLERROR. */
function errorPayload(frame: string): string {
  return `[${payloadOf(frame, 'error')}]`;
}

/** At most `maxBytes` of UTF-8, never ending inside a character. */
export function cutText(text: string, maxBytes: number): string {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * MAX_UTF8 <= maxBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && isContinuation(bytes[end])) end--;
  return bytes.toString('utf8', 0, end);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
