import { isUtf8 } from 'node:buffer';

/** RFC 6455 §5.2: what a frame carries. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
type Opcode = (typeof OPCODE)[keyof typeof OPCODE];

const SLAB_BYTES = 64 * 1024;
/**
 * Room before the payload for the longest header: 2 + 8 + 4 bytes; a multiple of four, so that masking goes
 * by words.
 */
const HEADROOM = 16;

/**
 * Writes masked client frames (RFC 6455 §5.3) into one reused slab.
 *
 * The mask comes from a cheap generator: its unpredictability protects proxies from scripts in browsers
 * (§10.3), of which there are none here.
 */
export class FrameWriter {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #words = new Uint32Array(this.#slab.buffer);
  #maskState: number;

  constructor(seed: number) {
    this.#maskState = seed | 1;
  }

  /** The next frame; a view on the slab, valid until the next call unless `retire` was called. */
  frame(opcode: Opcode, text: string): Buffer {
    if (text.length * 3 + HEADROOM + 4 > SLAB_BYTES) return this.#largeFrame(opcode, text);
    const length = this.#slab.write(text, HEADROOM);
    this.#mask(this.#words, HEADROOM, length);
    return this.#slab.subarray(this.#header(this.#slab, opcode, length), HEADROOM + length);
  }

  /** A frame with a payload of bytes: control frames. */
  bytesFrame(opcode: Opcode, payload: Uint8Array): Buffer {
    this.#slab.set(payload, HEADROOM);
    this.#mask(this.#words, HEADROOM, payload.length);
    return this.#slab.subarray(this.#header(this.#slab, opcode, payload.length), HEADROOM + payload.length);
  }

  /** The kernel has not taken the last frame at once: leave the slab to it and go on with a new one. */
  retire(): void {
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#words = new Uint32Array(this.#slab.buffer);
  }

  #largeFrame(opcode: Opcode, text: string): Buffer {
    const length = Buffer.byteLength(text);
    const bytes = Buffer.allocUnsafeSlow((HEADROOM + length + 7) & ~3);
    bytes.write(text, HEADROOM);
    this.#mask(new Uint32Array(bytes.buffer), HEADROOM, length);
    return bytes.subarray(this.#header(bytes, opcode, length), HEADROOM + length);
  }

  #mask(words: Uint32Array, offset: number, length: number): void {
    let state = this.#maskState;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#maskState = state;
    // The words and the header's four bytes use the machine's byte order alike, so the key needs no swapping.
    const end = (offset + length + 3) >> 2;
    for (let index = offset >> 2; index < end; index++) words[index] = (words[index] as number) ^ state;
    words[(offset >> 2) - 1] = state;
  }

  /**
   * Puts the header right before the mask, which `#mask` has left right before the payload. Returns where the
   * frame begins.
   */
  #header(bytes: Buffer, opcode: Opcode, length: number): number {
    if (length < 126) {
      const start = HEADROOM - 6;
      bytes[start] = 0x80 | opcode;
      bytes[start + 1] = 0x80 | length;
      return start;
    }
    if (length < 65_536) {
      const start = HEADROOM - 8;
      bytes[start] = 0x80 | opcode;
      bytes[start + 1] = 0x80 | 126;
      bytes.writeUInt16BE(length, start + 2);
      return start;
    }
    const start = HEADROOM - 14;
    bytes[start] = 0x80 | opcode;
    bytes[start + 1] = 0x80 | 127;
    bytes.writeUInt32BE(0, start + 2);
    bytes.writeUInt32BE(length, start + 6);
    return start;
  }
}

/**
 * Why a stream of frames cannot go on: the close code to answer with (RFC 6455 §7.4.1) and a word on what was
 * wrong.
 */
export interface StreamFault {
  readonly code: 1002 | 1007 | 1009;
  readonly reason: string;
}

export interface FrameHandler {
  /**
   * Offered each whole text message before it is decoded; the bytes are only lent. True if that was all there
   * is to it: then it must have been compared with valid UTF-8.
   */
  takeTextBytes?(payload: Buffer): boolean;
  onText(text: string): void;
  onBinary(bytes: Buffer): void;
  onPing(payload: Buffer): void;
  onPong(): void;
  onCloseFrame(code: number, reason: string): void;
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a server's frames from whatever pieces TCP brings; holds memory only while a frame or message is
 * incomplete.
 */
export class FrameReader {
  #partial: Buffer | undefined;
  #fragments: Buffer[] | undefined;
  #fragmentBytes = 0;
  #fragmentOpcode: number = OPCODE.text;

  /**
   * Feeds received bytes. They may be reused by the caller afterwards. Returns a fault if the stream is
   * beyond repair.
   */
  read(received: Buffer, handler: FrameHandler): StreamFault | undefined {
    let bytes = received;
    if (this.#partial !== undefined) {
      bytes = Buffer.concat([this.#partial, received]);
      this.#partial = undefined;
    }
    let offset = 0;
    while (bytes.length - offset >= 2) {
      const first = bytes[offset] as number;
      const second = bytes[offset + 1] as number;
      let length = second & 0x7f;
      let header = 2;
      if (length === 126) {
        if (bytes.length - offset < 4) break;
        length = bytes.readUInt16BE(offset + 2);
        header = 4;
      } else if (length === 127) {
        if (bytes.length - offset < 10) break;
        length = Number(bytes.readBigUInt64BE(offset + 2));
        header = 10;
      }
      const fault = this.#checkHeader(first, second, length);
      if (fault !== undefined) return fault;
      const end = offset + header + length;
      if (end > bytes.length) break;
      const failure = this.#take(first, bytes.subarray(offset + header, end), handler);
      if (failure !== undefined) return failure;
      offset = end;
    }
    if (offset < bytes.length) this.#partial = Buffer.from(bytes.subarray(offset));
    return undefined;
  }

  #checkHeader(first: number, second: number, length: number): StreamFault | undefined {
    if ((first & 0x70) !== 0)
      return { code: 1002, reason: 'reserved bit set without a negotiated extension' };
    if ((second & 0x80) !== 0) return { code: 1002, reason: 'masked frame from a server' };
    if ((first & 0x08) !== 0 && (length > 125 || (first & 0x80) === 0))
      return { code: 1002, reason: 'bad control frame' };
    if (length + this.#fragmentBytes > MAX_MESSAGE_BYTES) return { code: 1009, reason: 'message too big' };
    return undefined;
  }

  #take(first: number, payload: Buffer, handler: FrameHandler): StreamFault | undefined {
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    switch (opcode) {
      case OPCODE.text:
      case OPCODE.binary:
        if (this.#fragments !== undefined)
          return { code: 1002, reason: 'new message inside a fragmented one' };
        if (final) return deliver(opcode, payload, handler);
        this.#fragments = [Buffer.from(payload)];
        this.#fragmentBytes = payload.length;
        this.#fragmentOpcode = opcode;
        return undefined;
      case OPCODE.continuation: {
        if (this.#fragments === undefined) return { code: 1002, reason: 'continuation of nothing' };
        this.#fragments.push(Buffer.from(payload));
        this.#fragmentBytes += payload.length;
        if (!final) return undefined;
        const message = Buffer.concat(this.#fragments);
        this.#fragments = undefined;
        this.#fragmentBytes = 0;
        return deliver(this.#fragmentOpcode, message, handler);
      }
      case OPCODE.ping:
        handler.onPing(payload);
        return undefined;
      case OPCODE.pong:
        handler.onPong();
        return undefined;
      case OPCODE.close:
        if (payload.length === 1) return { code: 1002, reason: 'bad close frame' };
        handler.onCloseFrame(
          payload.length === 0 ? 1005 : payload.readUInt16BE(0),
          payload.toString('utf8', 2),
        );
        return undefined;
      default:
        return { code: 1002, reason: `unknown opcode ${opcode}` };
    }
  }
}

function deliver(opcode: number, payload: Buffer, handler: FrameHandler): StreamFault | undefined {
  if (opcode === OPCODE.binary) {
    handler.onBinary(payload);
    return undefined;
  }
  if (handler.takeTextBytes?.(payload) === true) return undefined;
  if (!isUtf8(payload)) return { code: 1007, reason: 'text is not UTF-8' };
  handler.onText(payload.toString('utf8'));
  return undefined;
}
