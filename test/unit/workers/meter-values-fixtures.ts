import fc from 'fast-check';
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
import type { MeterSource } from '../../../src/workers/meter-source.ts';

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
  fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.nat({ max: 99 })).map(([whole, cents]) => `${whole}.${cents}`),
  fc.constantFrom('0', '-0', '0.0', '-0.5', '00', '1.50', '.5', '5.', '+3', ' 7 ', '0.0000001', '0.000001', '1e3', '007', '9007199254740993'),
);

const text = fc.oneof(
  numericText,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', ' ', 'NaN', 'Infinity', '0x10', '12,5', '1.2.3', '-', '-.', '"', '\\', '\ud800', '\u0000'),
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
    timestamp: fc.constantFrom(
      '2026-03-01T11:59:30Z',
      '2026-03-01T11:59:00.123Z',
      '2026-03-01T12:58:00.5+01:00',
      '1970-01-01T00:00:07Z',
      '2031-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ),
    sampledValue: fc.array(sampledValue, { maxLength: 8 }),
  }),
  { maxLength: 3 },
);
