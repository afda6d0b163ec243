import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { checkResponse } from '../../src/protocol/v16/validate.ts';
import type { ClientOrder, FromClient } from './client-messages.ts';
import { type OpenSocket, socketsFor } from './client-socket.ts';
import { type BenchAction, cycle, type FrameTemplate, SERIAL_DIGITS, template } from './messages.ts';

/**
 * A process that plays charge points in a closed loop: each sends its next CALL when the last is answered.
 * Frames are made and masked before the run, so that the client costs little beside the server; the key is
 * zero, which a server cannot tell from any other.
 */

const CONNECTING_AT_A_TIME = 100;
const MASK_BYTES = 4;
/** Connections from one local address; each has its own 28,000 ephemeral ports. */
const SOCKETS_PER_ADDRESS = 4_000;

let serial = 10_000_000;

/** A frame as it goes out, with the place of its digits. */
interface Outgoing {
  readonly action: BenchAction;
  readonly bytes: Buffer;
  readonly serialAt: number;
}

interface Counting {
  answered: number;
  on: boolean;
}

const counting: Counting = { answered: 0, on: true };

class BenchChargePoint {
  readonly #socket: Socket;
  readonly #frames: readonly Outgoing[];
  readonly #boot: Outgoing;
  readonly #booted: () => void;
  readonly #goOn: (answered: BenchChargePoint) => void;
  #next = 0;
  #sent: Outgoing | undefined;
  #upgraded = false;
  #pending: Buffer | undefined;
  #checked = 0;
  running = false;

  constructor(
    order: ClientOrder,
    open: OpenSocket,
    index: number,
    booted: () => void,
    goOn: (answered: BenchChargePoint) => void,
  ) {
    this.#booted = booted;
    this.#goOn = goOn;
    this.#boot = outgoing(template('BootNotification', index, 0));
    this.#frames = cycle(order.traffic, index, order.samples).map(outgoing);
    const { hostname, port, pathname } = new URL(order.url);
    const key = randomBytes(16).toString('base64');
    const target = {
      host: hostname,
      port: Number(port),
      localAddress: `127.0.0.${2 + Math.floor(index / SOCKETS_PER_ADDRESS)}`,
    };
    this.#socket = open(index, target, () =>
      this.#socket.write(
        `GET ${pathname}/BENCH-${index} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n`,
      ),
    );
    this.#socket.on('data', (data) => this.#onData(data));
    this.#socket.on('error', fail);
    this.#socket.on('close', () => {
      if (counting.on) fail(new Error(`the server closed the socket of BENCH-${index}`));
    });
  }

  get isWaiting(): boolean {
    return this.#sent !== undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  send(): void {
    const frame = this.#frames[this.#next] as Outgoing;
    this.#next = (this.#next + 1) % this.#frames.length;
    if (frame.serialAt >= 0) {
      serial++;
      frame.bytes.write(String(serial), frame.serialAt, SERIAL_DIGITS, 'latin1');
    }
    this.#sent = frame;
    this.#socket.write(frame.bytes);
  }

  #onData(data: Buffer): void {
    let bytes = this.#pending === undefined ? data : Buffer.concat([this.#pending, data]);
    this.#pending = undefined;
    if (!this.#upgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#pending = bytes;
        return;
      }
      const head = bytes.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 101')) {
        fail(new Error(head));
        return;
      }
      this.#upgraded = true;
      this.#sent = this.#boot;
      this.#socket.write(this.#boot.bytes);
      bytes = bytes.subarray(end + 4);
    }
    while (bytes.length >= 2) {
      const short = (bytes[1] as number) & 0x7f;
      const headBytes = short === 126 ? 4 : 2;
      if (bytes.length < headBytes) break;
      const length = short === 126 ? bytes.readUInt16BE(2) : short;
      if (bytes.length < headBytes + length) break;
      if (((bytes[0] as number) & 0x0f) === 1) this.#onAnswer(bytes.subarray(headBytes, headBytes + length));
      bytes = bytes.subarray(headBytes + length);
    }
    if (bytes.length > 0) this.#pending = bytes;
  }

  #onAnswer(answer: Buffer): void {
    const action = this.#sent?.action;
    if (action === undefined || answer[1] !== 0x33) {
      fail(new Error(`${action}: ${answer.toString()}`));
      return;
    }
    // The first ones are looked at closely; parsing all of them would make the client the bottleneck.
    if (this.#checked <= this.#frames.length) {
      this.#checked++;
      const violation = checkResponse(action, JSON.parse(answer.toString())[2]);
      if (violation !== undefined) {
        fail(new Error(`${action}: ${violation.description}`));
        return;
      }
    }
    if (action === 'BootNotification') {
      this.#sent = undefined;
      this.#booted();
      return;
    }
    counting.answered++;
    this.#sent = undefined;
    if (this.running) this.#goOn(this);
  }
}

function outgoing({ action, text, serialAt }: FrameTemplate): Outgoing {
  const payload = Buffer.from(text, 'latin1');
  const { length } = payload;
  const head =
    length < 126 ? Buffer.of(0x81, 0x80 | length) : Buffer.of(0x81, 0xfe, length >> 8, length & 0xff);
  const bytes = Buffer.concat([head, Buffer.alloc(MASK_BYTES), payload]);
  return { action, bytes, serialAt: serialAt < 0 ? -1 : head.length + MASK_BYTES + serialAt };
}

function tell(message: FromClient): void {
  process.send?.(message);
}

function fail(error: Error): void {
  counting.on = false;
  tell({ type: 'failed', reason: error.message });
}

async function run(order: ClientOrder): Promise<void> {
  const chargePoints: BenchChargePoint[] = [];
  const inFlight = Math.min(order.inFlight ?? order.chargePoints, order.chargePoints);
  const open = socketsFor(order.tls);
  const goOn = inFlight === order.chargePoints ? sendAgain : sendInTurn(chargePoints);
  const connecting = performance.now();
  for (let first = 0; first < order.chargePoints; first += CONNECTING_AT_A_TIME) {
    const count = Math.min(CONNECTING_AT_A_TIME, order.chargePoints - first);
    await Promise.all(
      Array.from(
        { length: count },
        (_, at) =>
          new Promise<void>((resolve) => {
            const index = (order.firstIndex ?? 0) + first + at;
            chargePoints.push(new BenchChargePoint(order, open, index, resolve, goOn));
          }),
      ),
    );
  }
  serial = order.serial;
  const told = once(process, 'message');
  tell({ type: 'booted', seconds: (performance.now() - connecting) / 1000 });
  await told;
  for (const chargePoint of chargePoints) chargePoint.running = true;
  for (const chargePoint of chargePoints.slice(0, inFlight)) chargePoint.send();
  await pause(order.warmUpMs);
  const began = performance.now();
  const before = counting.answered;
  tell({ type: 'began' });
  await pause(order.measureMs);
  tell({
    type: 'measured',
    answered: counting.answered - before,
    seconds: (performance.now() - began) / 1000,
  });
  counting.on = false;
  // What is under way is answered before the sockets close.
  for (const chargePoint of chargePoints) chargePoint.running = false;
  await pause(200);
  for (const chargePoint of chargePoints) chargePoint.close();
  process.disconnect();
}

function sendAgain(answered: BenchChargePoint): void {
  answered.send();
}

/** Whoever was answered, the next CALL is that of the next charge point that waits for no answer. */
function sendInTurn(chargePoints: readonly BenchChargePoint[]): () => void {
  let next = 0;
  return () => {
    while (chargePoints[next]?.isWaiting) next = (next + 1) % chargePoints.length;
    chargePoints[next]?.send();
    next = (next + 1) % chargePoints.length;
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

process.once('message', (order: ClientOrder) => void run(order));
process.once('disconnect', () => process.exit());
