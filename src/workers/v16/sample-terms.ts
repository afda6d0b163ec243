import {
  LOCATION_VALUES,
  MEASURAND_VALUES,
  PHASE_VALUES,
  READING_CONTEXT_VALUES,
  UNIT_OF_MEASURE_VALUES,
  VALUE_FORMAT_VALUES,
} from '../../protocol/v16/generated/messages.ts';
import { ENERGY_REGISTER, isLive, placeOf } from '../meter-digest.ts';
import { sameWords, wordPadded } from '../words.ts';
import {
  canonicalUnit,
  DEFAULT_CONTEXT,
  DEFAULT_FORMAT,
  DEFAULT_LOCATION,
  defaultUnit,
} from './sampled-value-terms.ts';

/** All that a sampled value says beside its value, as it goes into a row. */
export interface SampleTerms {
  readonly measurand: string;
  readonly phase: string;
  /** As `placeOf`. */
  readonly place: number;
  readonly unit: string;
  readonly signed: boolean;
  /** Whether the digest wants to see its value. */
  readonly isForDigest: boolean;
  /**
   * The cells from measurand to unit without the first quote,
   * `Voltage","L1-N","Outlet","Sample.Periodic","Raw","V",`, and padding.
   */
  readonly cells: DataView;
  /** Bytes of `cells` without the padding. */
  readonly length: number;
  /** How charge points write it. */
  readonly spellings: Spelling[];
}

/** A sampled value as some charge point writes it, over and over: all but the text of its value. */
interface Spelling {
  readonly terms: SampleTerms;
  /** Up to the quote before the value, and from the one after it. */
  readonly before: DataView;
  readonly beforeBytes: number;
  readonly behind: DataView;
  readonly behindBytes: number;
  /** What came after it the last time. */
  next: Spelling | undefined;
}

/** Spellings of the same terms that are kept: the order of the members, and white space. */
const MAX_SPELLINGS = 8;

/** A member of a sampled value that takes one of a few terms (OCPP 1.6 ed. 2 §7.43). */
interface Member {
  readonly name: string;
  readonly terms: readonly string[];
}

const MEMBERS: readonly Member[] = [
  { name: 'measurand', terms: MEASURAND_VALUES },
  { name: 'phase', terms: PHASE_VALUES },
  { name: 'location', terms: LOCATION_VALUES },
  { name: 'context', terms: READING_CONTEXT_VALUES },
  { name: 'format', terms: VALUE_FORMAT_VALUES },
  { name: 'unit', terms: UNIT_OF_MEASURE_VALUES },
];

/** A text of the standard as bytes, and what it adds to the number of a combination. */
interface Known {
  readonly bytes: Uint8Array;
  readonly adds: number;
}

/** Bit of `value` among the members that were seen; those of the others follow. */
const VALUE_BIT = 1;

/** Combinations that are kept ready: far more than any fleet sends, far fewer than there are. */
const MAX_READY = 4096;

const ready = new Map<number, SampleTerms>();

/** By hash: the names of members, and the terms of each member. */
const names = new Map<number, { readonly bytes: Uint8Array; readonly member: number }>();
const termsByHash: Map<number, Known>[] = [];
const weights: number[] = [];

let weight = 1;
for (const [member, { name, terms: texts }] of MEMBERS.entries()) {
  add(names, name, { bytes: Buffer.from(name), member });
  const known = new Map<number, Known>();
  for (const [index, text] of texts.entries())
    add(known, text, { bytes: Buffer.from(text), adds: (index + 1) * weight });
  termsByHash.push(known);
  weights.push(weight);
  weight *= texts.length + 1;
}
add(names, 'value', { bytes: Buffer.from('value'), member: -1 });

function add<Entry>(table: Map<number, Entry>, text: string, entry: Entry): void {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = step(hash, text.charCodeAt(at));
  if (table.has(hash)) throw new TypeError(`the hash of ${text} is that of another text`);
  table.set(hash, entry);
}

function step(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/** The terms of the combination `number`, written out when it is first met. */
function termsOf(number: number): SampleTerms {
  const known = ready.get(number);
  if (known !== undefined) return known;
  const [measurand = ENERGY_REGISTER, phase = '', location, context, format, unit] = MEMBERS.map(
    ({ terms: texts }, member) =>
      texts[(Math.floor(number / (weights[member] as number)) % (texts.length + 1)) - 1],
  );
  const ofUnit = unit === undefined ? defaultUnit(measurand) : canonicalUnit(unit);
  const ofFormat = format ?? DEFAULT_FORMAT;
  const cells = [
    measurand,
    phase,
    location ?? DEFAULT_LOCATION,
    context ?? DEFAULT_CONTEXT,
    ofFormat,
    ofUnit,
  ];
  const text = `${cells.join('","')}",`;
  const signed = ofFormat === 'SignedData';
  const made: SampleTerms = {
    measurand,
    phase,
    place: placeOf(location),
    unit: ofUnit,
    signed,
    isForDigest: !signed && isLive(measurand, context),
    cells: wordPadded(text),
    length: text.length,
    spellings: [],
  };
  if (ready.size >= MAX_READY) ready.clear();
  ready.set(number, made);
  return made;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Reads sampled values that satisfy the schema and are plain ASCII without escapes. A charge point writes all
 * of its messages alike, and so do all of its model; so a sample is first compared with the one that is
 * likely to come, and only then looked at closely. What was read lies in its members until the next one is
 * read.
 */
export class SampleReader {
  /** Where the text of the value begins and ends. */
  valueAt = 0;
  valueEnd = 0;
  terms: SampleTerms = termsOf(0);
  private first: Spelling | undefined;
  private last: Spelling | undefined;

  /** A new message begins. */
  begin(): void {
    this.last = undefined;
  }

  /**
   * Reads what begins at `start`; returns where it has ended, or -1 where it is not as usual: then the
   * schema's own validator decides.
   */
  read(bytes: Uint8Array, view: DataView, start: number): number {
    const { last } = this;
    const likely = last === undefined ? this.first : last.next;
    if (likely !== undefined) {
      const end = this.compare(bytes, view, start, likely);
      if (end >= 0) {
        this.last = likely;
        return end;
      }
    }
    const end = this.parse(bytes, start);
    if (end < 0) return -1;
    const spelling = this.spelling(view, start, end);
    if (last === undefined) this.first = spelling;
    else last.next = spelling;
    this.last = spelling;
    return end;
  }

  private compare(bytes: Uint8Array, view: DataView, start: number, likely: Spelling): number {
    const { before, beforeBytes, behind, behindBytes } = likely;
    const valueAt = start + beforeBytes;
    const lastAt = bytes.length - behindBytes;
    if (valueAt > lastAt || !sameWords(view, start, before, 0, beforeBytes)) return -1;
    let at = valueAt;
    while (isPlain(bytes[at] as number)) at++;
    if (at > lastAt || !sameWords(view, at, behind, 0, behindBytes)) return -1;
    this.valueAt = valueAt;
    this.valueEnd = at;
    this.terms = likely.terms;
    return at + behindBytes;
  }

  /** How the sample that was just parsed is written. */
  private spelling(view: DataView, start: number, end: number): Spelling {
    const { valueAt, valueEnd, terms } = this;
    const beforeBytes = valueAt - start;
    const behindBytes = end - valueEnd;
    for (const one of terms.spellings) {
      if (one.beforeBytes !== beforeBytes || one.behindBytes !== behindBytes) continue;
      const isSameText =
        sameWords(view, start, one.before, 0, beforeBytes) &&
        sameWords(view, valueEnd, one.behind, 0, behindBytes);
      if (isSameText) return one;
    }
    const before = copyOf(view, start, valueAt);
    const behind = copyOf(view, valueEnd, end);
    const made: Spelling = { terms, before, beforeBytes, behind, behindBytes, next: undefined };
    if (terms.spellings.length < MAX_SPELLINGS) terms.spellings.push(made);
    return made;
  }

  private parse(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== OPENING_BRACE) return -1;
    let at = start;
    let seen = 0;
    let number = 0;
    do {
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return -1;
      const nameAt = at + 1;
      let hash = 0;
      for (at = nameAt; isPlain(bytes[at] as number); at++) hash = step(hash, bytes[at] as number);
      const name = names.get(hash);
      if (bytes[at] !== QUOTE || name === undefined || !isSame(bytes, nameAt, at, name.bytes)) return -1;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== COLON) return -1;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return -1;
      const textAt = at + 1;
      const { member } = name;
      const bit = VALUE_BIT << (member + 1);
      if ((seen & bit) !== 0) return -1;
      seen |= bit;
      if (member < 0) {
        for (at = textAt; isPlain(bytes[at] as number); at++);
        this.valueAt = textAt;
        this.valueEnd = at;
        if (bytes[at] !== QUOTE) return -1;
      } else {
        hash = 0;
        for (at = textAt; isPlain(bytes[at] as number); at++) hash = step(hash, bytes[at] as number);
        const known = (termsByHash[member] as Map<number, Known>).get(hash);
        if (bytes[at] !== QUOTE || known === undefined || !isSame(bytes, textAt, at, known.bytes)) return -1;
        number += known.adds;
      }
      at = skipSpace(bytes, at + 1);
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSING_BRACE || (seen & VALUE_BIT) === 0) return -1;
    this.terms = termsOf(number);
    return at + 1;
  }
}

/** Where the next byte lies that is no white space. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
    at++;
  }
}

/** Whether a byte may stand in a text as it is, and is ASCII. */
export function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e && byte !== QUOTE && byte !== BACKSLASH;
}

function copyOf(view: DataView, start: number, end: number): DataView {
  return new DataView(
    Uint8Array.from(new Uint8Array(view.buffer, view.byteOffset + start, end - start)).buffer,
  );
}

function isSame(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return false;
  return true;
}
