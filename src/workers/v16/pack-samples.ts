import type { MeterValue } from '../../protocol/v16/generated/messages.ts';
import type { SampleBuffer } from '../../records/sample-buffer.ts';
import { type DigestReader, ENERGY_REGISTER, isLive, placeOf } from '../meter-digest.ts';
import { SampleClock } from '../sample-time.ts';
import type { MeterSource } from './meter-source.ts';
import { readSampledNumber } from './sampled-number.ts';
import {
  canonicalUnit,
  DEFAULT_CONTEXT,
  DEFAULT_FORMAT,
  DEFAULT_LOCATION,
  defaultUnit,
} from './sampled-value-terms.ts';
import { flagsOf, flagsOfValue } from './write-samples.ts';

/**
 * Packs meter values that satisfy the schema, without making row objects. Gives the very rows that
 * `flattenMeterValues` gives; a test holds the two together. Also feeds `digest`.
 */
export function packMeterValues(
  meterValues: readonly MeterValue[],
  source: MeterSource,
  samples: SampleBuffer,
  digest: DigestReader,
): void {
  const clock = new SampleClock(
    meterValues.map(({ timestamp }) => timestamp),
    source.receivedAt,
  );
  samples.message(source);
  for (const { timestamp, sampledValue } of meterValues) {
    const time = clock.read(timestamp);
    const flags = flagsOf(source.flags, time.flags);
    for (const sample of sampledValue) {
      const measurand = sample.measurand ?? ENERGY_REGISTER;
      const unit = sample.unit === undefined ? defaultUnit(measurand) : canonicalUnit(sample.unit);
      const phase = sample.phase ?? '';
      const location = sample.location ?? DEFAULT_LOCATION;
      const context = sample.context ?? DEFAULT_CONTEXT;
      const format = sample.format ?? DEFAULT_FORMAT;
      const raw = sample.value;
      const signed = format === 'SignedData';
      const value = signed ? null : readSampledNumber(raw);
      digest.see(time.ts);
      if (value !== null && isLive(measurand, sample.context)) {
        digest.take(measurand, phase, placeOf(sample.location), unit, value, time.ts);
      }
      samples.time(time.ts, flagsOfValue(flags, value, signed, raw));
      samples.sample(samples.termsOf({ measurand, phase, location, context, format, unit }), value, raw);
    }
  }
}
