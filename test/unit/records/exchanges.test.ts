import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { EXCHANGES, type Exchange, ExchangeBuffer, messageLines } from '../../../src/records/exchanges.ts';
import { type MessageRow, messages } from '../../../src/records/messages.ts';
import { encodeRow } from '../../../src/records/table.ts';

/** With the payload of the CALL as it shall be kept. */
type Told = Omit<Exchange, 'frame'> & { readonly payload: string };

const authorize: Told = {
  chargePointId: 'CP-1',
  messageId: '17',
  action: 'Authorize',
  payload: '{"idTag":"A"}',
  answer: '{"idTagInfo":{"status":"Accepted"}}',
  receivedAt: 1_700_000_000_123,
  answeredAt: 1_700_000_000_124,
};

const exchange = ({ payload, ...rest }: Told): Exchange => ({
  ...rest,
  frame: Buffer.from(`[2,${JSON.stringify(rest.messageId)},"${rest.action}",${payload}]`),
});

function linesOf(exchanges: readonly Exchange[], bytes = Buffer.allocUnsafeSlow(64)): Buffer {
  const buffer = new ExchangeBuffer(bytes);
  for (const one of exchanges) buffer.add(one);
  const { tableId, rows, lines } = unpackChunk(buffer.finish(EXCHANGES, 1_700_000_000_500));
  expect([tableId, rows]).toEqual([EXCHANGES, exchanges.length * 2]);
  return messageLines(lines);
}

function rowsOf({ payload, answer, answeredAt, receivedAt, ...rest }: Told): string {
  const rows: MessageRow[] = [
    { ...rest, errorCode: '', direction: 'in', type: 'CALL', payload, receivedAt },
    { ...rest, errorCode: '', direction: 'out', type: 'CALLRESULT', payload: answer, receivedAt: answeredAt },
  ];
  return rows.map((row) => `${encodeRow(messages, row)}\n`).join('');
}

test('an exchange becomes the row of the CALL, its payload to the letter, and that of its answer', () => {
  const told = { ...authorize, payload: '{ "idTag" : "A\\u0042" }' };
  expect(linesOf([exchange(told)]).toString()).toBe(rowsOf(told));
});

test('any number of exchanges of any size come out as they went in', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const json = fc.jsonValue().map((value) => JSON.stringify({ value }));
  const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
  const told = fc.record({
    chargePointId: text,
    messageId: text,
    action: fc.constantFrom('Authorize', 'StopTransaction'),
    payload: json,
    answer: json,
    receivedAt: time,
    answeredAt: time,
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 20 }), (all) => {
      expect(linesOf(all.map(exchange)).toString()).toBe(all.map(rowsOf).join(''));
    }),
  );
});

test('bytes that end inside an exchange are refused', () => {
  const whole = new ExchangeBuffer(Buffer.allocUnsafeSlow(64));
  whole.add(exchange(authorize));
  const { lines } = unpackChunk(whole.finish(EXCHANGES, 0));
  for (let length = 1; length < lines.length; length++) {
    expect(() => messageLines(lines.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
  }
});
