import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineBuffer, unpackChunk } from '../../../src/records/chunk.ts';
import { meterSamples } from '../../../src/records/meter-samples.ts';
import { encodeRow } from '../../../src/records/table.ts';
import { DigestReader } from '../../../src/workers/meter-digest.ts';
import { encodeMeterValues } from '../../../src/workers/v16/encode-samples.ts';
import { digestOf, flattenMeterValues } from '../../../src/workers/v16/flatten-meter-values.ts';
import { isPrintedNumber } from '../../../src/workers/v16/sampled-number.ts';
import { source, validMeterValues } from './meter-values-fixtures.ts';

describe('the lines that are written without row objects', () => {
  test('are those of encodeRow in the columns of the table, and so is the digest', () => {
    fc.assert(
      fc.property(validMeterValues, fc.constantFrom([], ['transaction-inferred']), (meterValues, flags) => {
        const from = { ...source, flags };
        const lines = new LineBuffer(Buffer.alloc(64));
        const digest = new DigestReader();
        digest.begin(from.connectorId);
        encodeMeterValues(meterValues, from, lines, digest);

        const rows = flattenMeterValues(meterValues, from);
        expect(lines.rows).toBe(rows.length);
        expect(unpackChunk(lines.finish(1, 0)).lines.toString()).toBe(
          rows.map((row) => `${encodeRow(meterSamples, row)}\n`).join(''),
        );
        const expected = digestOf(rows);
        expect(digest.end()).toEqual(expected && { ...expected, connectorId: 1 });
      }),
      { numRuns: 2000 },
    );
  });

  test('a value is copied as it is only if JavaScript prints the number in just this way', () => {
    const texts = fc.oneof(
      fc.stringMatching(/^-?[0-9]{0,9}(\.[0-9]{0,9})?$/),
      fc.double().map(String),
      fc.integer().map(String),
      fc.string(),
    );
    fc.assert(
      fc.property(
        texts,
        (text) => !isPrintedNumber(text) || (String(Number(text)) === text && text !== '-0'),
      ),
      { numRuns: 5000 },
    );
  });

  test.each(['0', '5', '230.1', '-12', '0.5', '-0.25', '1234567.89', '0.000001'])('%s is copied', (text) => {
    expect(isPrintedNumber(text)).toBe(true);
  });
});
