import type { LineBuffer } from '../../records/chunk.ts';
import { encodeCell } from '../../records/table.ts';
import type { DigestReader } from '../meter-digest.ts';
import { plausibleTime } from '../sample-time.ts';
import { copyWords, latin1, WORD_BYTES } from '../words.ts';
import type { MeterSource } from './meter-source.ts';
import type { SampleTerms } from './sample-terms.ts';
import { isPrintedDigits, printedNumber, readSampledNumber, valueFlag } from './sampled-number.ts';
import type { MeterValuesScanner } from './scan-meter-values.ts';

/** What a row has beside its terms, its value (twice) and what all rows of a message begin and end with. */
const OTHER_BYTES = 64;

/**
 * Writes the rows of a message that was scanned and whose times are plausible: what its rows have in common
 * is written once and then copied. Gives the very lines that `encodeMeterValues` gives; a test holds them
 * together. Also feeds `digest`.
 */
export function writeSamples(
  scanned: MeterValuesScanner,
  frames: Buffer,
  source: MeterSource,
  lines: LineBuffer,
  digest: DigestReader,
): void {
  let sample = 0;
  let headAt = -1;
  let headBytes = 0;
  for (let element = 0; element < scanned.elements; element++) {
    const { ts, flags } = plausibleTime(scanned.takenAt[element] as number, source.receivedAt);
    let timeAt = -1;
    let timeBytes = 0;
    let tailAt = -1;
    let tailBytes = 0;
    for (const end = scanned.samplesUpTo[element] as number; sample < end; sample++) {
      const terms = scanned.terms[sample] as SampleTerms;
      const from = scanned.valueAt[sample] as number;
      const to = scanned.valueEnd[sample] as number;
      if (headAt < 0) {
        headAt = lines.used;
        lines.ascii('[');
        lines.cell(source.chargePointId);
        lines.ascii(`,${source.connectorId},${source.transactionId},"`);
        headBytes = lines.used - headAt;
        lines.roomFor(terms.length + OTHER_BYTES);
      } else {
        lines.roomFor(headBytes + terms.length + OTHER_BYTES);
        copyWords(lines.view, headAt, lines.view, lines.used, headBytes);
        lines.used += headBytes;
      }
      copyWords(terms.cells, 0, lines.view, lines.used, terms.length);
      lines.used += terms.length;
      if (timeAt < 0) {
        timeAt = lines.used;
        lines.ascii(`${ts},`);
        timeBytes = lines.used - timeAt;
      } else {
        copyWords(lines.view, timeAt, lines.view, lines.used, timeBytes);
        lines.used += timeBytes;
      }
      digest.see(ts);
      if (!terms.signed && isPrintedDigits(frames, from, to)) {
        if (terms.isForDigest) {
          const { measurand, phase, place, unit } = terms;
          digest.take(measurand, phase, place, unit, printedNumber(frames, from, to), ts);
        }
        writeTwice(lines, frames, from, to);
        if (tailAt < 0) {
          tailAt = lines.used;
          lines.ascii(`,"${source.message}",${encodeFlags(source.flags, flags)},${source.receivedAt}]\n`);
          tailBytes = lines.used - tailAt;
        } else {
          lines.roomFor(tailBytes + WORD_BYTES);
          copyWords(lines.view, tailAt, lines.view, lines.used, tailBytes);
          lines.used += tailBytes;
        }
      } else {
        const raw = latin1(frames, from, to);
        if (terms.isForDigest) {
          const value = readSampledNumber(raw);
          const { measurand, phase, place, unit } = terms;
          if (value !== null) digest.take(measurand, phase, place, unit, value, ts);
        }
        lines.ascii(unprintedEnd(raw, terms.signed, source, flags));
      }
    }
  }
  lines.rows += scanned.samples;
}

/** A number as number and as text: `230.1,"230.1"`. */
function writeTwice(lines: LineBuffer, frames: Buffer, from: number, to: number): void {
  const length = to - from;
  const bytes = lines.roomFor(2 * length + 3);
  let at = lines.used;
  const again = at + length + 2;
  for (let index = 0; index < length; index++) {
    const byte = frames[from + index] as number;
    bytes[at + index] = byte;
    bytes[again + index] = byte;
  }
  at += length;
  bytes[at] = 0x2c;
  bytes[at + 1] = 0x22;
  bytes[again + length] = 0x22;
  lines.used = again + length + 1;
}

/** From the value on, where the raw value cannot be copied into the line as it is. */
export function unprintedEnd(
  raw: string,
  signed: boolean,
  source: MeterSource,
  timeFlags: readonly string[],
): string {
  const value = signed ? null : readSampledNumber(raw);
  const flags =
    value === null && !signed
      ? encodeCell([...source.flags, ...timeFlags, valueFlag(raw)])
      : encodeFlags(source.flags, timeFlags);
  return `${encodeCell(value)},${encodeCell(raw)},"${source.message}",${flags},${source.receivedAt}]\n`;
}

/** The cell of what was odd about a message and about its time. */
export function encodeFlags(source: readonly string[], time: readonly string[]): string {
  return source.length + time.length === 0 ? '[]' : encodeCell([...source, ...time]);
}
