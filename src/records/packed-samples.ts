import type { Chunk } from './chunk.ts';
import { type MeterSampleRow, meterSamples } from './meter-samples.ts';
import { RECORD, type SampleTexts, SOURCES } from './sample-buffer.ts';
import { encodeRow } from './table.ts';

const NO_FLAGS: readonly string[] = Object.freeze([]);

/**
 * Samples that `SampleBuffer` packed, one after the other: each lies in the members until the next is read.
 */
export class PackedSamples {
  readonly bytes: Buffer;
  connectorId = 0;
  transactionId: number | null = null;
  source: MeterSampleRow['source'] = 'MeterValues';
  receivedAt = 0;
  ts = 0;
  flags = NO_FLAGS;
  /** By their numbers, as far as they have been met. */
  readonly terms: SampleTexts[] = [];
  /** Number of the terms of this sample. */
  number = 0;
  /** NaN for what is no number. */
  value = 0;
  /**
   * Where the identity of the charge point lies in `bytes`, and the raw value; each with its length before
   * it.
   */
  idAt = 0;
  idEnd = 0;
  rawAt = 0;
  rawEnd = 0;
  private readonly view: DataView;
  private readonly rows: number;
  private read = 0;
  private at = 0;

  constructor({ lines, rows }: Pick<Chunk, 'lines' | 'rows'>) {
    this.bytes = lines;
    this.rows = rows;
    this.view = new DataView(lines.buffer, lines.byteOffset, lines.length);
  }

  /**
   * Reads the next sample; false where there is none. Throws RangeError where the chunk is damaged, or a
   * newer Farad wrote it.
   */
  next(): boolean {
    const { bytes, view } = this;
    while (this.at < bytes.length) {
      const record = bytes[this.at++];
      if (record === RECORD.sample) {
        this.number = this.readNumber();
        this.value = view.getFloat64(this.at, true);
        this.at += 8;
        this.rawAt = this.at;
        this.rawEnd = this.skipText();
        if (this.number >= this.terms.length) throw new RangeError('a sample has unknown terms');
        this.read++;
        return true;
      }
      if (record === RECORD.time) this.readTime();
      else if (record === RECORD.message) this.readMessage();
      else if (record === RECORD.terms) this.readTerms();
      else throw new RangeError(`there is no record ${record} in a chunk of samples`);
    }
    if (this.read !== this.rows) throw new RangeError(`a chunk of ${this.rows} samples has ${this.read}`);
    return false;
  }

  private readMessage(): void {
    const { view, at } = this;
    this.source = SOURCES[view.getUint8(at)] ?? 'MeterValues';
    this.receivedAt = view.getFloat64(at + 1, true);
    this.connectorId = view.getInt32(at + 9, true);
    this.transactionId = view.getUint8(at + 13) === 0 ? null : view.getInt32(at + 14, true);
    this.idAt = this.at = at + 18;
    this.idEnd = this.skipText();
  }

  private readTime(): void {
    this.ts = this.view.getFloat64(this.at, true);
    this.at += 8;
    const flags = this.readNumber();
    this.flags =
      flags === 0
        ? NO_FLAGS
        : Array.from({ length: Math.min(flags, this.bytes.length) }, () => this.readText());
  }

  private readTerms(): void {
    this.terms.push({
      measurand: this.readText(),
      phase: this.readText(),
      location: this.readText(),
      context: this.readText(),
      format: this.readText(),
      unit: this.readText(),
    });
  }

  private readText(): string {
    const from = this.at;
    return textAt(this.bytes, from, this.skipText());
  }

  private skipText(): number {
    const length = this.readNumber();
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('a chunk of samples is cut short');
    return this.at;
  }

  private readNumber(): number {
    const first = this.view.getUint8(this.at++);
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let weight = 0x80; ; weight *= 0x80) {
      const byte = this.view.getUint8(this.at++);
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
    }
  }
}

/** The text whose length lies at `from`, and which ends at `to`. */
function textAt(bytes: Buffer, from: number, to: number): string {
  let start = from;
  while ((bytes[start] as number) > 0x7f) start++;
  return bytes.toString('utf8', start + 1, to);
}

/** The rows of `meter_samples` that a chunk of packed samples stands for, as lines. Throws as `next`. */
export function sampleLines(chunk: Pick<Chunk, 'lines' | 'rows'>): Buffer {
  const samples = new PackedSamples(chunk);
  const { bytes, terms } = samples;
  let lines = '';
  while (samples.next()) {
    const { connectorId, transactionId, source, receivedAt, ts, flags } = samples;
    const row: MeterSampleRow = {
      chargePointId: textAt(bytes, samples.idAt, samples.idEnd),
      connectorId,
      transactionId,
      ...(terms[samples.number] as SampleTexts),
      ts,
      value: samples.value,
      rawValue: textAt(bytes, samples.rawAt, samples.rawEnd),
      source,
      flags,
      receivedAt,
    };
    lines += `${encodeRow(meterSamples, row)}\n`;
  }
  return Buffer.from(lines);
}
