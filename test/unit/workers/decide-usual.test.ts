import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFrame } from '../../../src/protocol/frame.ts';
import type { MeterContext } from '../../../src/protocol/meter-message.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { sampleLines } from '../../../src/records/packed-samples.ts';
import { SampleBuffer } from '../../../src/records/sample-buffer.ts';
import type { FrameVerdict } from '../../../src/workers/frame-batch.ts';
import { meterReader } from '../../../src/workers/v16/decide-message.ts';
import { frame, meterValues, RECEIVED_AT, validMeterValues } from './meter-values-fixtures.ts';

const { decideMessage, decideUsual } = meterReader;

const context: MeterContext = {
  chargePointId: 'CP-17',
  receivedAt: RECEIVED_AT,
  version: '1.6',
  strict: false,
  openTransactions: [[1, 4711]],
};

interface Outcome {
  readonly verdict: FrameVerdict;
  readonly lines: string;
  readonly rows: number;
}

/** The frame decided from its bytes, in the midst of others; undefined where it is left to the parser. */
function fromBytes(text: string, of: MeterContext = context): Outcome | undefined {
  const before = Buffer.from('[2,"other","MeterValues",{}]');
  const bytes = Buffer.concat([before, Buffer.from(text), Buffer.from(',"context":"Other"}]}]}]')]);
  const packed = new SampleBuffer(Buffer.alloc(64, 0x7f));
  const end = bytes.length - ',"context":"Other"}]}]}]'.length;
  const verdict = decideUsual(bytes, before.length, end, of, packed);
  return verdict && outcome(verdict, packed);
}

/** The same by way of parser and validator. */
function parsed(text: string, of: MeterContext = context): Outcome {
  const reading = readFrame(text);
  if (reading.type !== 'call') throw new TypeError(`not a CALL but was read as one: ${text}`);
  const packed = new SampleBuffer(Buffer.alloc(64));
  const { messageId: _, ...verdict } = decideMessage(reading, of, packed);
  return outcome(verdict, packed);
}

function outcome(verdict: FrameVerdict, packed: SampleBuffer): Outcome {
  const { rows } = packed;
  return { verdict, rows, lines: sampleLines(unpackChunk(packed.finish(1, 0))).toString() };
}

const contexts = fc.record({
  chargePointId: fc.constantFrom('CP-1', 'größer', 'a"b\\c', '', 'x'.repeat(48)),
  receivedAt: fc.constantFrom(RECEIVED_AT, RECEIVED_AT + 123, 0),
  version: fc.constant('1.6' as const),
  strict: fc.boolean(),
  openTransactions: fc.constantFrom([], [[1, 4711]], [
    [1, 5],
    [2, 6],
  ] as const) as fc.Arbitrary<MeterContext['openTransactions']>,
});

const integers = fc.oneof(fc.integer(), fc.constantFrom(0, -1, -0, 1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1.5));

/** Without empty lists, and with plain values. */
const plainMeterValues = validMeterValues.map((meterValues) =>
  [...meterValues, { timestamp: '2026-03-01T11:59:30Z', sampledValue: [] }].map(
    ({ timestamp, sampledValue }) => ({
      timestamp,
      sampledValue: [...sampledValue, { value: '-17.5' }].map((sample) =>
        /^[ !#-[\]-~]*$/.test(sample.value) ? sample : { ...sample, value: '0.25' },
      ),
    }),
  ),
);

const payloads = fc.record(
  {
    connectorId: fc.oneof(fc.nat({ max: 3 }), integers),
    transactionId: fc.oneof(fc.constantFrom(-1, 4711), integers),
    meterValue: fc.oneof(plainMeterValues, plainMeterValues, validMeterValues),
  },
  { requiredKeys: ['connectorId', 'meterValue'] },
);

/** JSON of the same thing with its members in another order and space in between. */
function spelt(value: unknown, seed: number): string {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
  const space = (): string => (next() % 4 === 0 ? (['', ' ', '\n\t', '\r\n  '][next() % 4] as string) : '');
  const write = (part: unknown): string => {
    if (Array.isArray(part)) return `[${space()}${part.map(write).join(`${space()},${space()}`)}${space()}]`;
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    const members = Object.entries(part);
    if (next() % 2 === 0) members.reverse();
    const texts = members.map(([name, of]) => `${JSON.stringify(name)}${space()}:${space()}${write(of)}`);
    return `{${space()}${texts.join(`${space()},${space()}`)}${space()}}`;
  };
  return `${space()}${write(value)}${space()}`;
}

describe('a MeterValues frame that is read off its bytes', () => {
  test('F1: gives the rows and the verdict that parser and validator give', () => {
    let usual = 0;
    fc.assert(
      fc.property(payloads, contexts, fc.nat(), (payload, of, seed) => {
        const text = spelt([2, `m-${seed}`, 'MeterValues', payload], seed);
        const found = fromBytes(text, of);
        if (found === undefined) return;
        usual++;
        expect(found).toEqual(parsed(text, of));
      }),
      { numRuns: 4000 },
    );
    expect(usual).toBeGreaterThan(1000);
  });

  test('broken anywhere, it is either left to the parser or read as the parser reads it', () => {
    const breaks = fc.tuple(
      fc.nat(),
      fc.constantFrom(0, 1, 2, 12),
      fc.oneof(
        fc.constantFrom(
          ...[
            '',
            '"',
            '\\',
            ',',
            ':',
            '{',
            '}',
            '[',
            ']',
            '0',
            '-',
            '.',
            'e1',
            ' ',
            'x',
            'ä',
            '\u0000',
            'null',
          ],
          ...['"value":"1",', '"unit":"Wh",', '"format":"SignedData",', '"phase":"L4",', '"connectorId":2,'],
          ...[
            '"measurand":"Voltage",',
            ',"transactionId":-1',
            ',{"value":"7"}',
            '24',
            '60',
            '+02:00',
            '\\u0031',
          ],
        ),
        fc.string({ maxLength: 3 }),
      ),
    );
    fc.assert(
      fc.property(payloads, fc.array(breaks, { minLength: 1, maxLength: 2 }), (payload, where) => {
        let text = frame('m-1', 'MeterValues', payload);
        for (const [place, length, instead] of where) {
          const at = place % text.length;
          text = text.slice(0, at) + instead + text.slice(at + length);
        }
        const found = fromBytes(text);
        if (found !== undefined) expect(found).toEqual(parsed(text));
      }),
      { numRuns: 20_000 },
    );
  });

  test('what charge points usually send is read in this way', () => {
    expect(fromBytes(frame('m-1', 'MeterValues', meterValues(1)))).toMatchObject({
      rows: 2,
      verdict: { action: 'MeterValues', samples: 2, digest: { lastRegisterWh: 1001, powerW: 7000 } },
    });
    const repeated = [{ value: '2000' }, { value: '1000', context: 'Transaction.Begin' }];
    const payload = {
      connectorId: 1,
      transactionId: 7,
      meterValue: [{ timestamp: '2026-03-01T11:59:00Z', sampledValue: repeated }],
    };
    expect(fromBytes(frame('m-1', 'MeterValues', payload))).toMatchObject({
      rows: 2,
      verdict: { digest: { lastRegisterWh: 2000 } },
    });
    const seven = Array.from({ length: 7 }, (_, n) => ({
      value: `23${n}.5`,
      context: 'Sample.Clock',
      format: 'Raw',
      measurand: 'Voltage',
      phase: 'L1-N',
      location: 'Outlet',
      unit: 'V',
    }));
    const meterValue = ['2026-03-01T11:59:00.123Z', '2026-03-01T12:59:30+01:00'].map((timestamp) => ({
      timestamp,
      sampledValue: seven,
    }));
    const text = frame('m-2', 'MeterValues', { connectorId: 2, meterValue });
    expect(fromBytes(text)?.rows).toBe(14);
    expect(fromBytes(text)).toEqual(parsed(text));
  });

  test.each([
    ['an escape', { value: 'a"b' }],
    ['text beyond ASCII', { value: 'ä' }],
    ['an unknown term', { value: '1', measurand: 'Volts' }],
    ['an unknown member', { value: '1', wert: '1' }],
    ['a number for the value', { value: 1 }],
    ['no value', { unit: 'Wh' }],
  ])('with %s it is left to the parser', (_, sample) => {
    const meterValue = [{ timestamp: '2026-03-01T11:59:00Z', sampledValue: [sample] }];
    expect(fromBytes(frame('m-1', 'MeterValues', { connectorId: 1, meterValue }))).toBeUndefined();
  });
});
