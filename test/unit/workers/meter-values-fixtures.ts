import fc from 'fast-check';
import { expect } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import {
  LOCATION_VALUES,
  MEASURAND_VALUES,
  type MeterValue,
  PHASE_VALUES,
  READING_CONTEXT_VALUES,
  type SampledValue,
  UNIT_OF_MEASURE_VALUES,
  VALUE_FORMAT_VALUES,
} from '../../../src/protocol/v16/generated/messages.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { meterSamples } from '../../../src/records/meter-samples.ts';
import { sampleLines } from '../../../src/records/packed-samples.ts';
import { SAMPLES } from '../../../src/records/sample-buffer.ts';
import type { FrameBatch } from '../../../src/workers/frame-batch.ts';
import type { MeterSource } from '../../../src/workers/v16/meter-source.ts';

/** 2026-03-01T12:00:00Z */
export const RECEIVED_AT = Date.UTC(2026, 2, 1, 12);

export const source: MeterSource = {
  chargePointId: 'CP-17',
  connectorId: 1,
  transactionId: 4711,
  message: 'MeterValues',
  receivedAt: RECEIVED_AT,
  flags: [],
};

const numericText = fc.oneof(
  fc.integer({ min: -1_000_000, max: 1_000_000_000 }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc
    .tuple(fc.integer({ min: -9999, max: 9999 }), fc.nat({ max: 99 }))
    .map(([whole, cents]) => `${whole}.${cents}`),
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '-0.5',
    '00',
    '1.50',
    '.5',
    '5.',
    '+3',
    ' 7 ',
    '0.0000001',
    '0.000001',
    '1e3',
    '007',
    '9007199254740993',
  ),
);

const text = fc.oneof(
  numericText,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    ' ',
    'NaN',
    'Infinity',
    '0x10',
    '12,5',
    '1.2.3',
    '-',
    '-.',
    '"',
    '\\',
    '\ud800',
    '\u0000',
  ),
);

const sampledValue: fc.Arbitrary<SampledValue> = fc.record(
  {
    value: text,
    context: fc.constantFrom(...READING_CONTEXT_VALUES),
    format: fc.constantFrom(...VALUE_FORMAT_VALUES),
    measurand: fc.constantFrom(...MEASURAND_VALUES),
    phase: fc.constantFrom(...PHASE_VALUES),
    location: fc.constantFrom(...LOCATION_VALUES),
    unit: fc.constantFrom(...UNIT_OF_MEASURE_VALUES),
  },
  { requiredKeys: ['value'] },
);

/** Meter values that satisfy the schema. */
export const validMeterValues: fc.Arbitrary<MeterValue[]> = fc.array(
  fc.record({
    timestamp: fc.oneof(
      {
        weight: 40,
        arbitrary: fc.constantFrom(
          '2026-03-01T11:59:30Z',
          '2026-03-01T11:59:00.123Z',
          '2026-03-01T12:58:00.5+01:00',
          '2026-03-01T14:00:00Z',
        ),
      },
      fc.constantFrom(
        '1970-01-01T00:00:07Z',
        '1970-01-01T01:00:07Z',
        '2031-01-01T00:00:00Z',
        '9999-12-31T23:59:59Z',
      ),
    ),
    sampledValue: fc.array(sampledValue, { maxLength: 8 }),
  }),
  { maxLength: 3 },
);

/** A MeterValues request with a register and a power. */
export function meterValues(n: number): {
  connectorId: number;
  transactionId: number;
  meterValue: MeterValue[];
} {
  return {
    connectorId: 1,
    transactionId: 4711,
    meterValue: [
      {
        timestamp: '2026-03-01T11:59:00Z',
        sampledValue: [
          { value: String(1000 + n) },
          { value: '7', measurand: 'Power.Active.Import', unit: 'kW' },
        ],
      },
    ],
  };
}

export function frame(messageId: string, action: string, payload: unknown): string {
  return JSON.stringify([2, messageId, action, payload]);
}

/**
 * The frames as a batch, each of a charge point of its own (CP-0, CP-1, ...) with transaction 4711 on
 * connector 1.
 */
export function batchOf(frames: readonly string[]): FrameBatch {
  const encoded = frames.map((text) => Buffer.from(text));
  const joined = Buffer.concat(encoded);
  const bytes = new SharedArrayBuffer(joined.length);
  joined.copy(Buffer.from(bytes));
  let offset = 0;
  const contexts = encoded.map(({ length }, index) => {
    const context = {
      offset,
      length,
      chargePointId: `CP-${index}`,
      receivedAt: RECEIVED_AT,
      version: '1.6' as const,
      strict: false,
      openTransactions: [[1, 4711]] as const,
    };
    offset += length;
    return context;
  });
  return { bytes, frames: contexts };
}

/** Every meter sample in a journal, as columns by name. */
export function rowsIn(journal: Journal): Record<string, unknown>[] {
  const { queue } = journal;
  return queue.lanes().flatMap((lane) =>
    queue.read(lane, 0, { entries: 1000, bytes: 10_000_000 }).flatMap(({ chunk }) => {
      const { lines, rows, tableId } = unpackChunk(Buffer.from(chunk));
      expect(tableId).toBe(SAMPLES);
      const parsed = sampleLines({ lines, rows })
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown[]);
      expect(parsed).toHaveLength(rows);
      return parsed.map((cells) =>
        Object.fromEntries(meterSamples.columns.map((column, index) => [column.name, cells[index]])),
      );
    }),
  );
}
