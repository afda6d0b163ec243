import type { MeterValue } from '../../protocol/v16/generated/messages.ts';
import type { LineBuffer } from '../../records/chunk.ts';
import { encodeCell } from '../../records/table.ts';
import { type DigestReader, ENERGY_REGISTER, isLive, placeOf } from '../meter-digest.ts';
import { SampleClock } from '../sample-time.ts';
import type { MeterSource } from './meter-source.ts';
import { isPrintedNumber, readSampledNumber } from './sampled-number.ts';
import {
  canonicalUnit,
  DEFAULT_CONTEXT,
  DEFAULT_FORMAT,
  DEFAULT_LOCATION,
  defaultUnit,
} from './sampled-value-terms.ts';
import { encodeFlags, unprintedEnd } from './write-samples.ts';

/**
 * Writes the rows of meter values that satisfy the schema, without making row objects: their terms then need
 * no escaping, and most values are numbers as JavaScript prints them. Gives the very lines that `encodeRow`
 * gives for `flattenMeterValues`, in the columns of the `meter_samples` table; a test holds the three
 * together. Also feeds `digest`.
 */
export function encodeMeterValues(
  meterValues: readonly MeterValue[],
  source: MeterSource,
  lines: LineBuffer,
  digest: DigestReader,
): void {
  const head = `[${encodeCell(source.chargePointId)},${source.connectorId},${source.transactionId},"`;
  const clock = new SampleClock(
    meterValues.map(({ timestamp }) => timestamp),
    source.receivedAt,
  );
  let text = '';
  let rows = 0;
  for (const { timestamp, sampledValue } of meterValues) {
    const time = clock.read(timestamp);
    const flags = encodeFlags(source.flags, time.flags);
    for (const sample of sampledValue) {
      const measurand = sample.measurand ?? ENERGY_REGISTER;
      const unit = sample.unit === undefined ? defaultUnit(measurand) : canonicalUnit(sample.unit);
      const phase = sample.phase ?? '';
      const format = sample.format ?? DEFAULT_FORMAT;
      const raw = sample.value;
      const signed = format === 'SignedData';
      const printed = !signed && isPrintedNumber(raw);
      digest.see(time.ts);
      if (!signed && isLive(measurand, sample.context)) {
        const value = printed ? Number(raw) : readSampledNumber(raw);
        if (value !== null) digest.take(measurand, phase, placeOf(sample.location), unit, value, time.ts);
      }
      text += `${head}${measurand}","${phase}","${sample.location ?? DEFAULT_LOCATION}","${
        sample.context ?? DEFAULT_CONTEXT
      }","${format}","${unit}",${time.ts},`;
      text += printed
        ? `${raw},"${raw}","${source.message}",${flags},${source.receivedAt}]\n`
        : unprintedEnd(raw, signed, source, time.flags);
      rows++;
    }
  }
  lines.addLines(text, rows);
}
