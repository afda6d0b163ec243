import { isObject } from '../../protocol/members.ts';
import type { MeterDigest } from '../../protocol/meter-message.ts';
import {
  LOCATION_VALUES,
  MEASURAND_VALUES,
  PHASE_VALUES,
  READING_CONTEXT_VALUES,
  UNIT_OF_MEASURE_VALUES,
  VALUE_FORMAT_VALUES,
} from '../../protocol/v16/generated/messages.ts';
import { nearestValue } from '../../protocol/v16/nearest-value.ts';
import type { MeterSampleRow } from '../../records/meter-samples.ts';
import { DigestReader, ENERGY_REGISTER, isLive, placeOf } from '../meter-digest.ts';
import { SampleClock, type SampleTime } from '../sample-time.ts';
import type { MeterSource } from './meter-source.ts';
import { readSampledNumber, valueFlag } from './sampled-number.ts';
import {
  canonicalUnit,
  DEFAULT_CONTEXT,
  DEFAULT_FORMAT,
  DEFAULT_LOCATION,
  defaultUnit,
} from './sampled-value-terms.ts';

/**
 * Flattens meterValue (of MeterValues) or transactionData (of StopTransaction) into one row per sampled
 * value, with the defaults of OCPP 1.6 ed. 2 §7.43. It takes anything: what breaks the schema is kept as far
 * as it can be, and its rows are flagged, because a transaction message is stored whatever its content (§4.7,
 * §4.10).
 */
export function flattenMeterValues(meterValue: unknown, source: MeterSource): MeterSampleRow[] {
  const rows: MeterSampleRow[] = [];
  const elements = asList(meterValue);
  const clock = new SampleClock(
    elements.map((element) => (isObject(element) ? element.timestamp : undefined)),
    source.receivedAt,
  );
  for (const element of elements) {
    if (!isObject(element)) {
      rows.push(unreadable(element, source, { ts: source.receivedAt, flags: [] }));
      continue;
    }
    const time = clock.read(element.timestamp);
    for (const sample of asList(element.sampledValue)) rows.push(sampleRow(sample, source, time));
  }
  return rows;
}

/** The digest of rows that belong to one message. */
export function digestOf(rows: readonly MeterSampleRow[]): MeterDigest | undefined {
  const reader = new DigestReader();
  reader.begin(rows[0]?.connectorId ?? 0);
  for (const row of rows) {
    reader.see(row.ts);
    const { measurand, value } = row;
    if (value !== null && row.format === 'Raw' && isLive(measurand, row.context)) {
      reader.take(measurand, row.phase, placeOf(row.location), row.unit, value, row.ts);
    }
  }
  return reader.end();
}

function sampleRow(sample: unknown, source: MeterSource, time: SampleTime): MeterSampleRow {
  // Some firmware sends the bare value instead of an object around it.
  if (typeof sample === 'string' || typeof sample === 'number')
    return sampleRow({ value: sample }, source, time);
  if (!isObject(sample) || sample.value === undefined || typeof sample.value === 'object') {
    return unreadable(sample, source, time);
  }
  const flags = [...source.flags, ...time.flags];
  const term = (name: string, given: unknown, known: readonly string[], byDefault: string): string => {
    if (given === undefined || given === null || given === '') return byDefault;
    const text = (typeof given === 'string' ? given.trim() : JSON.stringify(given)).slice(0, MAX_TERM);
    const spelt = known.includes(text) ? text : nearestValue(known, text);
    if (spelt === undefined) flags.push(`${name}-unknown`);
    return spelt ?? text;
  };
  const measurand = term('measurand', sample.measurand, MEASURAND_VALUES, ENERGY_REGISTER);
  const format = term('format', sample.format, VALUE_FORMAT_VALUES, DEFAULT_FORMAT);
  const phase = term('phase', sample.phase, PHASE_VALUES, '');
  const location = term('location', sample.location, LOCATION_VALUES, DEFAULT_LOCATION);
  const context = term('context', sample.context, READING_CONTEXT_VALUES, DEFAULT_CONTEXT);
  const unit = term('unit', sample.unit, UNIT_OF_MEASURE_VALUES, defaultUnit(measurand));
  const rawValue = String(sample.value);
  const value = format === 'SignedData' ? null : readSampledNumber(rawValue);
  if (value === null && format !== 'SignedData') flags.push(valueFlag(rawValue));
  return {
    chargePointId: source.chargePointId,
    connectorId: source.connectorId,
    transactionId: source.transactionId,
    measurand,
    phase,
    location,
    context,
    format,
    unit: canonicalUnit(unit),
    ts: time.ts,
    value,
    rawValue,
    source: source.message,
    flags,
    receivedAt: source.receivedAt,
  };
}

/** What is no sampled value at all is kept as its own text. */
function unreadable(content: unknown, source: MeterSource, time: SampleTime): MeterSampleRow {
  return {
    chargePointId: source.chargePointId,
    connectorId: source.connectorId,
    transactionId: source.transactionId,
    measurand: '',
    phase: '',
    location: '',
    context: '',
    format: '',
    unit: '',
    ts: time.ts,
    value: null,
    rawValue: JSON.stringify(content),
    source: source.message,
    flags: [...source.flags, ...time.flags, 'unreadable'],
    receivedAt: source.receivedAt,
  };
}

/** Invented terms are kept, but not at any length: the columns are dictionaries. */
const MAX_TERM = 64;

/** A member that should be a list: one that is missing is empty, and one thing stands for a list of one. */
function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}
