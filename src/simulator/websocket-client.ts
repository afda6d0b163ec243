import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { openSocket, type SocketTarget } from './open-socket.ts';
import { type FrameHandler, FrameReader, FrameWriter, OPCODE } from './websocket-frames.ts';

/** Where a client connects to and how it introduces itself. */
export interface Endpoint extends SocketTarget {
  /** Path with query, percent-encoded. */
  readonly path: string;
  readonly subprotocols: readonly string[];
  /** Value of the Authorization header, if any. */
  readonly authorization?: string | undefined;
}

/**
 * How a connection ended. `code` 1006: without a close frame; `status`: the handshake was answered with this
 * HTTP status instead of 101.
 */
export interface Closing {
  readonly code: number;
  readonly reason: string;
  readonly status?: number;
}

export interface WebSocketOwner {
  onSocketOpen(): void;
  /** Offered each text message before it is decoded (`FrameHandler.takeTextBytes`). */
  takeSocketBytes?(payload: Buffer): boolean;
  onSocketText(text: string): void;
  /**
   * The server has begun the closing handshake; it is to close the TCP connection, or the owner destroys it
   * after a while.
   */
  onSocketClosing(): void;
  /** Called exactly once, whether or not the handshake succeeded. */
  onSocketClosed(closing: Closing): void;
}

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_HANDSHAKE_BYTES = 16 * 1024;

// One buffer for the reads of all sockets: libuv reads and hands over one socket at a time, and what is
// incomplete is copied.
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const writer = new FrameWriter(randomBytes(4).readInt32LE(0));

/**
 * A lean WebSocket client (RFC 6455) directly on a TCP or TLS socket: masked frames, fragments on receipt,
 * ping and pong, close codes. No timer and no buffer of its own while idle, so that one process can hold
 * twenty thousand of them.
 */
export class WebSocketClient implements FrameHandler {
  readonly #socket: Socket;
  readonly #isSecure: boolean;
  readonly #owner: WebSocketOwner;
  readonly #reader = new FrameReader();
  #handshake:
    | { readonly accept: string; readonly offered: readonly string[]; received: Buffer | undefined }
    | undefined;
  #closing: Closing | undefined;
  #closeSent = false;
  #errorText = '';
  /** Chosen by the server. */
  subprotocol = '';

  constructor(endpoint: Endpoint, owner: WebSocketOwner) {
    this.#owner = owner;
    const key = randomBytes(16).toString('base64');
    this.#handshake = {
      accept: createHash('sha1')
        .update(key + ACCEPT_GUID)
        .digest('base64'),
      offered: endpoint.subprotocols,
      received: undefined,
    };
    this.#isSecure = endpoint.tls !== undefined;
    this.#socket = openSocket(endpoint, readBuffer, (bytes) => this.#onBytes(bytes));
    this.#socket.on('error', (error) => {
      this.#errorText = error.message;
    });
    this.#socket.on('close', () => this.#onTcpClosed());
    this.#socket.write(handshakeRequest(endpoint, key));
  }

  get isOpen(): boolean {
    return this.#handshake === undefined && this.#closing === undefined && !this.#closeSent;
  }

  /** Bytes that the kernel has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Sends a text message. False if the connection is not open. */
  send(text: string): boolean {
    if (!this.isOpen) return false;
    this.#write(writer.frame(OPCODE.text, text));
    return true;
  }

  ping(): boolean {
    if (!this.isOpen) return false;
    this.#write(writer.frame(OPCODE.ping, ''));
    return true;
  }

  /** Starts the closing handshake; `destroy` ends it if the server does not play along. */
  close(code: number, reason: string): void {
    if (this.#handshake !== undefined) {
      this.destroy();
      return;
    }
    this.#sendClose(code, reason);
    this.#closing ??= { code, reason };
  }

  /** Drops the TCP connection at once, as a power cut does. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Resets the TCP connection: the server sees ECONNRESET. Over TLS it is dropped. */
  reset(): void {
    if (this.#isSecure) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  takeTextBytes(payload: Buffer): boolean {
    return this.#closing === undefined && this.#owner.takeSocketBytes?.(payload) === true;
  }

  onText(text: string): void {
    if (this.#closing === undefined) this.#owner.onSocketText(text);
  }

  onBinary(): void {
    // OCPP-J 1.6 §4.1.2 knows text messages only.
    this.#fail(1003, 'binary message');
  }

  onPing(payload: Buffer): void {
    if (!this.#closeSent) this.#write(writer.bytesFrame(OPCODE.pong, payload));
  }

  onPong(): void {
    // Any frame is a sign of life and nothing is counted per pong.
  }

  onCloseFrame(code: number, reason: string): void {
    this.#closing ??= { code, reason };
    this.#sendClose(code === 1005 ? 1000 : code, '');
    // The server closes first (RFC 6455 §7.1.1): otherwise thousands of ephemeral ports stay in TIME_WAIT on
    // this side.
    this.#owner.onSocketClosing();
  }

  #write(frame: Buffer): void {
    this.#socket.write(frame);
    // Zero means that the kernel has taken all of it within the call, so the slab is free again. TLS has then
    // encrypted what is not behind another write.
    const taken = this.#isSecure ? frame.length : 0;
    if (this.#socket.writableLength > taken) writer.retire();
  }

  #sendClose(code: number, reason: string): void {
    if (this.#closeSent || this.#socket.destroyed) return;
    this.#closeSent = true;
    const text = Buffer.from(reason).subarray(0, 123);
    const payload = Buffer.allocUnsafe(2 + text.length);
    payload.writeUInt16BE(code, 0);
    payload.set(text, 2);
    this.#write(writer.bytesFrame(OPCODE.close, payload));
  }

  #fail(code: number, reason: string): void {
    this.#closing ??= { code, reason };
    this.#sendClose(code, reason);
    this.#socket.end();
  }

  #onBytes(received: Buffer): void {
    const rest = this.#handshake === undefined ? received : this.#readHandshake(received);
    if (rest === undefined || rest.length === 0) return;
    const fault = this.#reader.read(rest, this);
    if (fault !== undefined) this.#fail(fault.code, fault.reason);
  }

  /** Collects the answer to the handshake; returns what follows it once it is complete and good. */
  #readHandshake(received: Buffer): Buffer | undefined {
    const handshake = this.#handshake;
    if (handshake === undefined) return received;
    const bytes = handshake.received === undefined ? received : Buffer.concat([handshake.received, received]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length > MAX_HANDSHAKE_BYTES) this.#refuse('handshake answer too long', 0);
      else handshake.received = Buffer.from(bytes);
      return undefined;
    }
    const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
    if (status !== 101) {
      this.#refuse(statusLine.slice(0, 100), status);
      return undefined;
    }
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    this.subprotocol = headers.get('sec-websocket-protocol') ?? '';
    if (headers.get('sec-websocket-accept') !== handshake.accept) {
      this.#refuse('wrong Sec-WebSocket-Accept', status);
      return undefined;
    }
    if (!handshake.offered.includes(this.subprotocol)) {
      this.#refuse(`subprotocol "${this.subprotocol}" was not offered`, status);
      return undefined;
    }
    this.#handshake = undefined;
    this.#owner.onSocketOpen();
    return bytes.subarray(end + 4);
  }

  #refuse(reason: string, status: number): void {
    this.#closing = { code: 1006, reason, ...(status === 0 ? {} : { status }) };
    this.#socket.destroy();
  }

  #onTcpClosed(): void {
    this.#owner.onSocketClosed(this.#closing ?? { code: 1006, reason: this.#errorText || 'connection lost' });
  }
}

function handshakeRequest(endpoint: Endpoint, key: string): string {
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  let request = `GET ${endpoint.path} HTTP/1.1\r\nHost: ${host}:${endpoint.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  request += `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${endpoint.subprotocols.join(', ')}\r\n`;
  if (endpoint.authorization !== undefined) request += `Authorization: ${endpoint.authorization}\r\n`;
  return `${request}\r\n`;
}
