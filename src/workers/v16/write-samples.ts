import type { SampleBuffer } from '../../records/sample-buffer.ts';
import type { DigestReader } from '../meter-digest.ts';
import { plausibleTime } from '../sample-time.ts';
import { latin1 } from '../words.ts';
import type { MeterSource } from './meter-source.ts';
import type { SampleTerms } from './sample-terms.ts';
import { isPrintedNumber, printedNumber, readSampledNumber, valueFlag } from './sampled-number.ts';
import type { MeterValuesScanner } from './scan-meter-values.ts';

/**
 * Packs the samples of a message that was scanned and whose times are plausible. Gives the very rows that
 * `packMeterValues` gives; a test holds them together. Also feeds `digest`.
 */
export function writeSamples(
  scanned: MeterValuesScanner,
  frames: Buffer,
  source: MeterSource,
  samples: SampleBuffer,
  digest: DigestReader,
): void {
  let sample = 0;
  if (scanned.samples > 0) samples.message(source);
  for (let element = 0; element < scanned.elements; element++) {
    const { ts, flags: timeFlags } = plausibleTime(scanned.takenAt[element] as number, source.receivedAt);
    const flags = flagsOf(source.flags, timeFlags);
    for (const end = scanned.samplesUpTo[element] as number; sample < end; sample++) {
      const terms = scanned.terms[sample] as SampleTerms;
      const from = scanned.valueAt[sample] as number;
      const to = scanned.valueEnd[sample] as number;
      digest.see(ts);
      let value: number | null;
      if (!terms.signed && isPrintedNumber(frames, from, to)) {
        value = printedNumber(frames, from, to);
        samples.time(ts, flags);
        samples.printed(terms, value, frames, from, to);
      } else {
        const raw = latin1(frames, from, to);
        value = terms.signed ? null : readSampledNumber(raw);
        samples.time(ts, flagsOfValue(flags, value, terms.signed, raw));
        samples.sample(terms, value, raw);
      }
      if (terms.isForDigest && value !== null) {
        const { measurand, phase, unit } = terms.texts;
        digest.take(measurand, phase, terms.place, unit, value, ts);
      }
    }
  }
}

/** What was odd about a message and about its time. */
export function flagsOf(source: readonly string[], time: readonly string[]): readonly string[] {
  if (time.length === 0) return source;
  return source.length === 0 ? time : [...source, ...time];
}

/** And about the value of a sample. */
export function flagsOfValue(
  flags: readonly string[],
  value: number | null,
  signed: boolean,
  raw: string,
): readonly string[] {
  return value === null && !signed ? [...flags, valueFlag(raw)] : flags;
}
