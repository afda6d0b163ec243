import type { Chunk } from '../records/chunk.ts';
import { meterSamples } from '../records/meter-samples.ts';
import { PackedSamples } from '../records/packed-samples.ts';
import type { SampleTexts } from '../records/sample-buffer.ts';
import {
  bytesOf,
  Dictionary,
  dictionaryPrefix,
  Int64Column,
  nativeBlock,
  TextColumn,
} from './native-columns.ts';

/** No sample is packed into fewer bytes. */
const LEAST_BYTES = 11;

/** Room for the identity of a charge point, and for a raw value; more is made where it does not suffice. */
const USUAL_TEXT_BYTES = 16;

type PackedChunk = Pick<Chunk, 'lines' | 'rows'>;

const TEXTS = ['measurand', 'phase', 'location', 'context', 'format', 'unit'] as const;

/** Packed samples as one block of ClickHouse's format Native. */
export class SampleBlock {
  rows = 0;
  private readonly chargePoints: TextColumn;
  private readonly connectors: Int32Array;
  private readonly noTransaction: Uint8Array;
  private readonly transactions: Int32Array;
  private readonly terms: Uint32Array;
  private readonly ts: Int64Column;
  private readonly noValue: Uint8Array;
  private readonly values: Float64Array;
  private readonly rawValues: TextColumn;
  private readonly sources: Uint32Array;
  private readonly flagsUpTo: Int64Column;
  private readonly receivedAt: Int64Column;
  private readonly source = new Dictionary();
  private readonly flag = new Dictionary();
  private flags: number[] = [];
  /** Different terms: their numbers by their texts, and of each the number of its text in each dictionary. */
  private readonly numbers = new Map<string, number>();
  private readonly texts = TEXTS.map(() => ({ dictionary: new Dictionary(), numbers: [] as number[] }));

  /** With room for these chunks. */
  constructor(chunks: readonly PackedChunk[]) {
    // A damaged chunk may claim any number of rows.
    const rows =
      chunks.reduce((sum, { rows, lines }) => sum + Math.min(rows, lines.length / LEAST_BYTES), 0) | 0;
    this.chargePoints = new TextColumn(rows * USUAL_TEXT_BYTES);
    this.connectors = new Int32Array(rows);
    this.noTransaction = new Uint8Array(rows);
    this.transactions = new Int32Array(rows);
    this.terms = new Uint32Array(rows);
    this.ts = new Int64Column(rows);
    this.noValue = new Uint8Array(rows);
    this.values = new Float64Array(rows);
    this.rawValues = new TextColumn(rows * USUAL_TEXT_BYTES);
    this.sources = new Uint32Array(rows);
    this.flagsUpTo = new Int64Column(rows);
    this.receivedAt = new Int64Column(rows);
  }

  /** Adds the samples of a chunk, all or, where it throws RangeError because the chunk is damaged, none. */
  add(chunk: PackedChunk): void {
    const [ids, rawValues, flags] = [this.chargePoints.size, this.rawValues.size, this.flags.length];
    try {
      this.rows = this.read(new PackedSamples(chunk));
    } catch (error) {
      this.chargePoints.shrink(ids);
      this.rawValues.shrink(rawValues);
      this.flags.length = flags;
      throw error;
    }
  }

  /** The block. */
  finish(): Buffer {
    const columns = this.columns();
    return nativeBlock(meterSamples.columns, this.rows, (name) => {
      const values = columns[name];
      if (!values) throw new TypeError(`no values of the column ${name} are packed`);
      return values;
    });
  }

  /** Returns how many rows there are with its samples. */
  private read(samples: PackedSamples): number {
    const { bytes } = samples;
    const ours: number[] = [];
    let { rows: row } = this;
    while (samples.next()) {
      this.chargePoints.add(bytes, samples.idAt, samples.idEnd);
      this.connectors[row] = samples.connectorId;
      this.noTransaction[row] = samples.transactionId === null ? 1 : 0;
      this.transactions[row] = samples.transactionId ?? 0;
      const { number } = samples;
      this.terms[row] = ours[number] ??= this.numberOf(samples.terms[number] as SampleTexts);
      this.ts.set(row, samples.ts);
      const isNumber = Number.isFinite(samples.value);
      this.noValue[row] = isNumber ? 0 : 1;
      this.values[row] = isNumber ? samples.value : 0;
      this.rawValues.add(bytes, samples.rawAt, samples.rawEnd);
      this.sources[row] = this.source.numberOf(samples.source);
      for (const flag of samples.flags) this.flags.push(this.flag.numberOf(flag));
      this.flagsUpTo.set(row, this.flags.length);
      this.receivedAt.set(row, samples.receivedAt);
      row++;
    }
    return row;
  }

  private numberOf(texts: SampleTexts): number {
    const key = TEXTS.map((name) => texts[name]).join('\0');
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(key, number);
    for (const [at, { dictionary, numbers }] of this.texts.entries()) {
      numbers.push(dictionary.numberOf(texts[TEXTS[at] as keyof SampleTexts]));
    }
    return number;
  }

  private columns(): Record<string, readonly Buffer[]> {
    const { rows } = this;
    const texts = this.texts.map(({ dictionary, numbers }, at) => {
      const values = new Uint32Array(rows);
      for (let row = 0; row < rows; row++) values[row] = numbers[this.terms[row] as number] as number;
      return [TEXTS[at], [dictionaryPrefix(), ...dictionary.values(values)]] as const;
    });
    return {
      ...Object.fromEntries(texts),
      charge_point_id: [this.chargePoints.bytes()],
      connector_id: [bytesOf(this.connectors, rows)],
      transaction_id: [bytesOf(this.noTransaction, rows), bytesOf(this.transactions, rows)],
      ts: [this.ts.bytes(rows)],
      value: [bytesOf(this.noValue, rows), bytesOf(this.values, rows)],
      raw_value: [this.rawValues.bytes()],
      source: [dictionaryPrefix(), ...this.source.values(this.sources.subarray(0, rows))],
      flags: [
        dictionaryPrefix(),
        this.flagsUpTo.bytes(rows),
        ...this.flag.values(Uint32Array.from(this.flags)),
      ],
      received_at: [this.receivedAt.bytes(rows)],
    };
  }
}
