import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { type MeterSampleRow, meterSamples } from '../../../src/records/meter-samples.ts';
import { sampleLines } from '../../../src/records/packed-samples.ts';
import { SAMPLES, SampleBuffer } from '../../../src/records/sample-buffer.ts';
import { encodeRow } from '../../../src/records/table.ts';
import { registerSample } from '../../support/analytics-rows.ts';

const text = fc.oneof(
  fc.constantFrom(
    '',
    'Voltage',
    'größer',
    '"\\',
    '\ud800',
    'x'.repeat(127),
    'ü'.repeat(127),
    'x'.repeat(20_000),
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const int32 = fc.integer();
const time = fc.constantFrom(0, -5, 1_767_225_600_000, 4_102_444_800_000);

const row: fc.Arbitrary<MeterSampleRow> = fc.record({
  chargePointId: text,
  connectorId: fc.oneof(fc.constant(1), int32),
  transactionId: fc.oneof(fc.constant(null), int32),
  measurand: text,
  phase: text,
  location: text,
  context: text,
  format: text,
  unit: text,
  ts: time,
  value: fc.oneof(fc.constantFrom(null, Number.NaN, -0, Number.POSITIVE_INFINITY), fc.double()),
  rawValue: text,
  source: fc.constantFrom('MeterValues', 'StopTransaction'),
  flags: fc.array(text, { maxLength: 3 }),
  receivedAt: time,
});

/** Rows of which some repeat what those before them said. */
const rows = fc
  .array(fc.tuple(row, fc.constantFrom('all', 'message', 'time', 'none')), { maxLength: 12 })
  .map((drawn) => {
    const made: MeterSampleRow[] = [];
    for (const [next, keep] of drawn) {
      const last = made.at(-1) ?? next;
      const { chargePointId, connectorId, transactionId, source, receivedAt, ts, flags } = last;
      const message = { chargePointId, connectorId, transactionId, source, receivedAt };
      const kept = keep === 'all' ? last : keep === 'none' ? next : { ...next, ...message };
      made.push(keep === 'time' ? { ...kept, ts, flags: [...flags] } : kept);
    }
    return made;
  });

const linesOf = (some: readonly MeterSampleRow[]) =>
  some.map((one) => `${encodeRow(meterSamples, one)}\n`).join('');
const unpacked = (packed: SampleBuffer) => sampleLines(unpackChunk(packed.finish(SAMPLES, 7))).toString();

describe('packed samples', () => {
  test('are the rows that were added', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const packed = new SampleBuffer(Buffer.alloc(64, 0xff));
        for (const one of all) packed.add(one);
        expect(packed.rows).toBe(all.length);
        expect(unpacked(packed)).toBe(linesOf(all));
      }),
      { numRuns: 500 },
    );
  });

  test('that were taken back leave nothing behind', () => {
    fc.assert(
      fc.property(rows, rows, rows, (before, given, after) => {
        const packed = new SampleBuffer(Buffer.alloc(64));
        for (const one of before) packed.add(one);
        const mark = packed.mark();
        for (const one of given) packed.add(one);
        packed.rewind(mark);
        const next = [...given.slice(-1), ...after];
        for (const one of next) packed.add(one);
        expect(unpacked(packed)).toBe(linesOf([...before, ...next]));
      }),
      { numRuns: 300 },
    );
  });

  test('of a usual message take a fifth of the bytes of their lines', () => {
    const packed = new SampleBuffer(Buffer.alloc(64));
    const of = (frame: number) =>
      ['L1', 'L2', 'L3'].flatMap((phase) =>
        ['Voltage', 'Current.Import'].map((measurand) =>
          registerSample({
            ts: 1_767_225_600_000 + frame,
            value: 230.1,
            measurand,
            phase,
            chargePointId: `CP-${frame}`,
          }),
        ),
      );
    const all = Array.from({ length: 20 }, (_, frame) => of(frame)).flat();
    for (const one of all) packed.add(one);
    expect(packed.size * 5).toBeLessThan(linesOf(all).length);
  });

  test('with more different terms than one byte counts are told apart', () => {
    const packed = new SampleBuffer(Buffer.alloc(64));
    const all = Array.from({ length: 40_000 }, (_, at) =>
      registerSample({ ts: 1, value: at, unit: `u${at % 20_000}` }),
    );
    for (const one of all) packed.add(one);
    expect(unpacked(packed)).toBe(linesOf(all));
  });

  test('whose terms another chunk has numbered since get numbers of their own', () => {
    const [one, other] = [new SampleBuffer(Buffer.alloc(64)), new SampleBuffer(Buffer.alloc(64))];
    const texts = (unit: string) => registerSample({ ts: 1, value: 1, unit });
    const [a, b] = [one.termsOf(texts('a')), one.termsOf(texts('b'))];
    for (const packed of [one, other]) packed.add(texts('first'));
    for (const [packed, terms] of [
      [one, a],
      [one, b],
      [other, b],
      [other, a],
      [one, a],
      [one, b],
    ] as const)
      packed.sample(terms, 2, '2');
    const unitsOf = (packed: SampleBuffer) =>
      unpacked(packed)
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as unknown[])[8]);
    expect(unitsOf(one)).toEqual(['first', 'a', 'b', 'a', 'b']);
    expect(unitsOf(other)).toEqual(['first', 'b', 'a']);
  });
});
