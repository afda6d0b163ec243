import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { meterSamples } from '../../../src/records/meter-samples.ts';
import { sampleLines } from '../../../src/records/packed-samples.ts';
import { SAMPLES, SampleBuffer } from '../../../src/records/sample-buffer.ts';
import { encodeRow } from '../../../src/records/table.ts';
import { DigestReader } from '../../../src/workers/meter-digest.ts';
import { digestOf, flattenMeterValues } from '../../../src/workers/v16/flatten-meter-values.ts';
import { packMeterValues } from '../../../src/workers/v16/pack-samples.ts';
import { isPrintedNumber, printedNumber } from '../../../src/workers/v16/sampled-number.ts';
import { source, validMeterValues } from './meter-values-fixtures.ts';

describe('samples that are packed without row objects', () => {
  test('are the rows that flattening gives, and so is the digest', () => {
    fc.assert(
      fc.property(validMeterValues, fc.constantFrom([], ['transaction-inferred']), (meterValues, flags) => {
        const from = { ...source, flags };
        const packed = new SampleBuffer(Buffer.alloc(64));
        const digest = new DigestReader();
        digest.begin(from.connectorId);
        packMeterValues(meterValues, from, packed, digest);

        const rows = flattenMeterValues(meterValues, from);
        expect(packed.rows).toBe(rows.length);
        expect(sampleLines(unpackChunk(packed.finish(SAMPLES, 0))).toString()).toBe(
          rows.map((row) => `${encodeRow(meterSamples, row)}\n`).join(''),
        );
        const expected = digestOf(rows);
        expect(digest.end()).toEqual(expected && { ...expected, connectorId: 1 });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a value that is read off its bytes', () => {
  const read = (text: string): number | undefined => {
    const bytes = Buffer.from(`"${text}"`);
    const [from, to] = [1, bytes.length - 1];
    return isPrintedNumber(bytes, from, to) ? printedNumber(bytes, from, to) : undefined;
  };

  test('is the number that JavaScript reads, or is left to it', () => {
    const texts = fc.oneof(
      fc.stringMatching(/^-?[0-9]{0,9}(\.[0-9]{0,9})?$/),
      fc.double().map(String),
      fc.integer().map(String),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const value = read(text);
        if (value !== undefined) expect(value).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  test.each(['0', '5', '230.1', '230.10', '-12', '0.5', '-0.25', '007', '1234567.89', '0.0000001'])(
    '%s is read',
    (text) => {
      expect(read(text)).toBe(Number(text));
    },
  );

  test.each(['', '-', '.', '5.', '.5', '-.5', '1.2.3', '1e3', ' 7', '+3', '1234567890123456'])(
    '%j is left to the parser',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});
