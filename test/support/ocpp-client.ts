import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { WebSocket } from 'ws';

export interface ClientOptions {
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Path before the identity. */
  readonly path?: string;
  /** Over TLS, as Node's client has it. */
  readonly tls?: ConnectionOptions;
}

/** A frame of OCPP-J as an array. */
export type Frame = readonly unknown[];

/** A charge point made of nothing but a WebSocket of the `ws` library. */
export class OcppClient {
  readonly ws: WebSocket;
  /** Frames that no `call` was waiting for, oldest first. */
  readonly received: Frame[] = [];
  readonly pings: number[] = [];
  /** The close frame, or 1006. */
  readonly closed: Promise<{ code: number; reason: string }>;
  private lastId = 0;
  private readonly waiting = new Map<unknown, (frame: Frame) => void>();
  private readonly listeners: (() => void)[] = [];

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data) => this.take(JSON.parse(String(data)) as Frame));
    ws.on('ping', () => this.pings.push(Date.now()));
    ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Rejects with `HTTP <status>` where the upgrade is refused. */
  static async connect(port: number, id: string, options: ClientOptions = {}): Promise<OcppClient> {
    const { subprotocols = ['ocpp1.6'], headers = {}, path = '/ocpp', tls } = options;
    const url = `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}${path}/${encodeURIComponent(id)}`;
    const ws = new WebSocket(url, [...subprotocols], { headers, perMessageDeflate: false, ...tls });
    const client = new OcppClient(ws);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('unexpected-response', (_request, response) => {
        reject(new Error(`HTTP ${response.statusCode}`));
        response.destroy();
      });
      ws.once('error', reject);
    });
    return client;
  }

  /** Sends a CALL and waits for the frame that answers it. */
  call(action: string, payload: unknown, messageId = `m-${++this.lastId}`): Promise<Frame> {
    const answered = new Promise<Frame>((resolve) => this.waiting.set(messageId, resolve));
    this.send([2, messageId, action, payload]);
    return answered;
  }

  send(frame: Frame | string): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The payload of the CALLRESULT; throws for a CALLERROR. */
  async request(action: string, payload: unknown): Promise<Record<string, unknown>> {
    const frame = await this.call(action, payload);
    if (frame[0] !== 3) throw new Error(`answered ${JSON.stringify(frame)}`);
    return frame[2] as Record<string, unknown>;
  }

  /** Boots, so that the charge point is accepted. */
  async boot(): Promise<void> {
    const { status } = await this.request('BootNotification', {
      chargePointVendor: 'Acme',
      chargePointModel: 'One',
    });
    if (status !== 'Accepted') throw new Error(`boot was answered ${String(status)}`);
  }

  /** The next frame that no `call` was waiting for, for example a CALL of Farad's. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.received.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => this.listeners.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.ws.close();
    await this.closed;
  }

  /** Vanishes without a close frame, as at a power cut. */
  vanish(): void {
    this.ws.terminate();
  }

  private take(frame: Frame): void {
    const waiter = frame[0] === 2 ? undefined : this.waiting.get(frame[1]);
    if (waiter) {
      this.waiting.delete(frame[1]);
      waiter(frame);
      return;
    }
    this.received.push(frame);
    for (const listener of this.listeners.splice(0)) listener();
  }
}

/**
 * Sends a raw HTTP request and answers the head and body of what came back; after a 101 the socket stays
 * open.
 */
export async function rawRequest(
  port: number,
  head: string,
): Promise<{ text: string; status: number; socket: Socket }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(Buffer.from(head, 'latin1'));
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  while (!isComplete(text) && !socket.closed)
    await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return { text, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), socket };
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
  return text.length >= end + 4 + length;
}

/** The head of a handshake with changes: `undefined` leaves a header out. */
export function handshakeHead(
  target: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): string {
  const all: Record<string, string | undefined> = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'ocpp1.6',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
