import type { RowBuffer } from '../journal/row-buffer.ts';
import type { CallError, CallResult } from '../protocol/frame.ts';
import type { Exchange } from '../records/exchanges.ts';
import { type MessageRow, messages, payloadOf } from '../records/messages.ts';
import { REDACTED, redactJson, redactUrls } from '../telemetry/redaction.ts';
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

/**
 * What stands in the text of a message that may hold a secret; with a backslash, it may stand there in
 * disguise.
 */
const MAY_HOLD_SECRET =
  /authorization|passw|passphrase|pwd|secret|credential|token|"key"\s*:|api[-_]?key|newkey|keyhash|cookie|private key|:[/\\]|\/\/|%2f|@|\\/i;

/** What a text that is no JSON is left out for. */
const NAMES_SECRET =
  /authorization|passw|passphrase|secret|credential|api[-_]?key|newkey|keyhash|cookie|private key/i;

/**
 * The payload of a message without values of secret configuration keys, without passwords in URLs and without
 * other secrets. Text that is no JSON but may hold one is left out altogether.
 */
export function redactPayload(payload: string): string {
  if (!MAY_HOLD_SECRET.test(payload)) return payload;
  let message: unknown;
  try {
    message = JSON.parse(payload);
  } catch {
    const plain = withoutEscapes(payload);
    if (NAMES_SECRET.test(plain)) return REDACTED;
    const clean = redactUrls(plain);
    return clean === plain ? payload : clean;
  }
  const clean = redactJson(message);
  // Where nothing had to be hidden the text stays as it was sent.
  return clean === message ? payload : JSON.stringify(clean);
}

/**
 * What a charge point answered to a CALL of ours, without secrets, in particular without those that it was
 * sent and repeats; and its frame, as it would have been. From here on nobody has the secret.
 */
export function withoutSecrets(
  answer: CallResult | CallError,
  frame: string,
  secrets: readonly string[],
): { readonly answer: CallResult | CallError; readonly frame: string } {
  const { type: _type, messageId, ...words } = answer;
  const clean = redactJson(words, secrets) as typeof words;
  // The frame may hold more than could be read of it.
  if (clean === words)
    return { answer, frame: secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), frame) };
  const rewritten =
    'payload' in clean
      ? [3, messageId, clean.payload]
      : [4, messageId, clean.code, clean.description, clean.details];
  return {
    answer: { ...answer, ...clean } as CallResult | CallError,
    frame: JSON.stringify(rewritten),
  };
}

/** As somebody would read it: `\u0041` and `\/` may stand for any letter and for a slash. */
function withoutEscapes(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\\/', '/');
}
