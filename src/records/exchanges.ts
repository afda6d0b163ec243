import { ChunkWriter, LineBuffer } from './chunk.ts';
import { messages, payloadOf } from './messages.ts';

/** Number of a chunk of exchanges, where others have the number of their table: none will have this one. */
export const EXCHANGES = 255;

/** Rows of `messages` that an exchange becomes. */
export const ROWS_PER_EXCHANGE = 2;

/**
 * A CALL of a charge point and the CALLRESULT that it was answered with, nothing in them secret or to be cut.
 */
export interface Exchange {
  readonly chargePointId: string;
  readonly messageId: string;
  readonly action: string;
  /** The CALL as received. At most 65,535 bytes. */
  readonly frame: Uint8Array;
  /** Payload of the CALLRESULT, as JSON of at most 21,845 characters. */
  readonly answer: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly answeredAt: number;
}

const MAX_UTF8 = 3;
/** Two times, and the lengths of four texts and the frame. */
const FIXED_BYTES = 2 * 8 + 5 * 2;

/**
 * Gathers exchanges as they went over the wire. Making two rows of each on the thread that holds the sockets
 * costs several times as much, so that is left to the reader of the chunk. Layout of an exchange: received
 * and answered at (f64 LE), then charge point, messageId, action, answer and frame, each with its length in
 * bytes (u16 LE) before it.
 */
export class ExchangeBuffer extends ChunkWriter {
  add({ chargePointId, messageId, action, frame, answer, receivedAt, answeredAt }: Exchange): void {
    const texts = chargePointId.length + messageId.length + action.length + answer.length;
    const bytes = this.roomFor(FIXED_BYTES + texts * MAX_UTF8 + frame.length);
    this.view.setFloat64(this.used, receivedAt, true);
    this.view.setFloat64(this.used + 8, answeredAt, true);
    this.used += 16;
    this.text(bytes, chargePointId);
    this.text(bytes, messageId);
    this.text(bytes, action);
    this.text(bytes, answer);
    this.length(bytes, this.used, frame.length);
    bytes.set(frame, this.used + 2);
    this.used += 2 + frame.length;
    this.rows += ROWS_PER_EXCHANGE;
  }

  private text(bytes: Buffer, text: string): void {
    const start = this.used + 2;
    let length = 0;
    while (length < text.length) {
      const unit = text.charCodeAt(length);
      if (unit > 0x7f) {
        length = bytes.write(text, start, 'utf8');
        break;
      }
      bytes[start + length] = unit;
      length++;
    }
    this.length(bytes, this.used, length);
    this.used = start + length;
  }

  private length(bytes: Buffer, at: number, length: number): void {
    bytes[at] = length & 0xff;
    bytes[at + 1] = length >> 8;
  }
}

/**
 * The rows of `messages` that a chunk of exchanges stands for, as lines. Throws RangeError where the chunk is
 * cut short.
 */
export function messageLines(exchanges: Buffer): Buffer {
  // Quotation marks of payloads get escaped, and names are repeated per row.
  const lines = new LineBuffer(Buffer.allocUnsafe(exchanges.length * 4 + 64));
  for (let at = 0; at < exchanges.length; ) {
    const receivedAt = exchanges.readDoubleLE(at);
    const answeredAt = exchanges.readDoubleLE(at + 8);
    at += 16;
    const next = (): string => {
      const start = at + 2;
      at = start + exchanges.readUInt16LE(at);
      if (at > exchanges.length) throw new RangeError('an exchange is cut short');
      return exchanges.toString('utf8', start, at);
    };
    const chargePointId = next();
    const messageId = next();
    const action = next();
    const answer = next();
    const payload = payloadOf(next(), 'call');
    const both = { chargePointId, messageId, action, errorCode: '' };
    lines.add(messages, { ...both, direction: 'in', type: 'CALL', payload, receivedAt });
    lines.add(messages, {
      ...both,
      direction: 'out',
      type: 'CALLRESULT',
      payload: answer,
      receivedAt: answeredAt,
    });
  }
  return lines.lines();
}
