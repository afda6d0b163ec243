import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type FrameHandler,
  FrameReader,
  FrameWriter,
  OPCODE,
} from '../../../src/simulator/websocket-frames.ts';

class Log implements FrameHandler {
  readonly events: string[] = [];
  onText(text: string): void {
    this.events.push(`text ${text}`);
  }
  onBinary(bytes: Buffer): void {
    this.events.push(`binary ${bytes.length}`);
  }
  onPing(payload: Buffer): void {
    this.events.push(`ping ${payload}`);
  }
  onPong(): void {
    this.events.push('pong');
  }
  onCloseFrame(code: number, reason: string): void {
    this.events.push(`close ${code} ${reason}`);
  }
}

/** A frame as a server writes it. */
function serverFrame(opcode: number, payload: Buffer, final = true): Buffer {
  const first = (final ? 0x80 : 0) | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const long = payload.length > 65_535;
  const header = Buffer.alloc(long ? 10 : 4);
  header[0] = first;
  header[1] = long ? 127 : 126;
  if (long) header.writeBigUInt64BE(BigInt(payload.length), 2);
  else header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** What a server sees in a client's frame. */
function unmask(frame: Buffer): { opcode: number; text: string; key: string } {
  let length = (frame[1] ?? 0) & 0x7f;
  let offset = 2;
  if (length === 126) {
    length = frame.readUInt16BE(2);
    offset = 4;
  } else if (length === 127) {
    length = Number(frame.readBigUInt64BE(2));
    offset = 10;
  }
  const key = frame.subarray(offset, offset + 4);
  const payload = Buffer.from(frame.subarray(offset + 4));
  expect((frame[1] ?? 0) & 0x80).toBe(0x80);
  expect(payload.length).toBe(length);
  payload.forEach((byte, place) => {
    payload[place] = byte ^ (key[place % 4] ?? 0);
  });
  return { opcode: (frame[0] ?? 0) & 0x0f, text: payload.toString('utf8'), key: key.toString('hex') };
}

test('whatever text is written comes out again on the other side, masked, whatever its length', () => {
  const writer = new FrameWriter(1);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(400), (part, times) => {
      const text = part.toWellFormed().repeat(times);
      const seen = unmask(writer.frame(OPCODE.text, text));
      expect(seen.opcode).toBe(OPCODE.text);
      expect(seen.text === text).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('each frame has a mask of its own', () => {
  const writer = new FrameWriter(1);
  const keys = Array.from({ length: 100 }, () => unmask(writer.frame(OPCODE.text, 'x')).key);
  expect(new Set(keys).size).toBe(100);
});

test('a retired slab is left alone by the next frames', () => {
  const writer = new FrameWriter(1);
  const first = writer.frame(OPCODE.text, 'first');
  const copy = Buffer.from(first);
  writer.retire();
  writer.frame(OPCODE.text, 'second');
  expect(first.equals(copy)).toBe(true);
});

test('messages survive any fragmentation, any control frame in between, and any cut by TCP', () => {
  const message = fc.record({
    text: fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => text.toWellFormed()),
    times: fc.constantFrom(1, 1, 1, 40, 4_000),
    pieces: fc.integer({ min: 1, max: 4 }),
    ping: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 9_000 }),
      (messages, cut) => {
        const stream: Buffer[] = [];
        const expected: string[] = [];
        for (const { text, times, pieces, ping } of messages) {
          const payload = Buffer.from(text.repeat(times));
          const step = Math.ceil(payload.length / pieces);
          for (let piece = 0; piece < pieces; piece++) {
            const opcode = piece === 0 ? OPCODE.text : OPCODE.continuation;
            const part = payload.subarray(piece * step, (piece + 1) * step);
            stream.push(serverFrame(opcode, part, piece === pieces - 1));
            if (ping && piece < pieces - 1) {
              stream.push(serverFrame(OPCODE.ping, Buffer.from('hi')));
              expected.push('ping hi');
            }
          }
          expected.push(`text ${text.repeat(times)}`);
        }
        const bytes = Buffer.concat(stream);
        const reader = new FrameReader();
        const log = new Log();
        const window = Buffer.alloc(cut);
        for (let offset = 0; offset < bytes.length; offset += cut) {
          // The same memory again and again, as the client's shared read buffer.
          const length = bytes.copy(window, 0, offset, offset + cut);
          expect(reader.read(window.subarray(0, length), log)).toBeUndefined();
        }
        expect(log.events).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ['a masked frame from the server', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 65]), 1002],
  ['a reserved bit', Buffer.from([0xc1, 0x01, 65]), 1002],
  ['a fragmented ping', Buffer.from([0x09, 0x00]), 1002],
  ['an oversized ping', Buffer.from([0x89, 0x7e, 0x01, 0x00]), 1002],
  ['a continuation of nothing', serverFrame(OPCODE.continuation, Buffer.from('x')), 1002],
  ['an unknown opcode', serverFrame(3, Buffer.from('x')), 1002],
  ['bad UTF-8', serverFrame(OPCODE.text, Buffer.from([0xff, 0xfe])), 1007],
  ['a message of 17 MiB', Buffer.from([0x81, 0x7f, 0, 0, 0, 0, 0x01, 0x10, 0, 0]), 1009],
  ['a close frame of one byte', serverFrame(OPCODE.close, Buffer.from([3])), 1002],
])('%s ends the connection', (_, bytes, code) => {
  expect(new FrameReader().read(bytes, new Log())).toMatchObject({ code });
});

test('close codes and reasons are read; a close without one is 1005', () => {
  const log = new Log();
  new FrameReader().read(
    serverFrame(OPCODE.close, Buffer.concat([Buffer.from([0x03, 0xe9]), Buffer.from('restart')])),
    log,
  );
  new FrameReader().read(serverFrame(OPCODE.close, Buffer.alloc(0)), log);
  expect(log.events).toEqual(['close 1001 restart', 'close 1005 ']);
});
