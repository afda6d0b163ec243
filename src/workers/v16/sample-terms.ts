import {
  LOCATION_VALUES,
  MEASURAND_VALUES,
  PHASE_VALUES,
  READING_CONTEXT_VALUES,
  UNIT_OF_MEASURE_VALUES,
  VALUE_FORMAT_VALUES,
} from '../../protocol/v16/generated/messages.ts';
import type { PackedTerms } from '../../records/sample-buffer.ts';
import { ENERGY_REGISTER, isLive, placeOf } from '../meter-digest.ts';
import { sameWords } from '../words.ts';
import {
  canonicalUnit,
  DEFAULT_CONTEXT,
  DEFAULT_FORMAT,
  DEFAULT_LOCATION,
  defaultUnit,
} from './sampled-value-terms.ts';

/** All that a sampled value says beside its value, as it goes into a row. */
export interface SampleTerms extends PackedTerms {
  /** As `placeOf`. */
  readonly place: number;
  readonly signed: boolean;
  /** Whether the digest wants to see its value. */
  readonly isForDigest: boolean;
  /** How charge points write it. */
  readonly spellings: Spelling[];
}

/** A sampled value as some charge point writes it, over and over: all but the text of its value. */
export interface Spelling {
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
export interface Known {
  readonly bytes: Uint8Array;
  readonly adds: number;
}

/** Bit of `value` among the members that were seen; those of the others follow. */
export const VALUE_BIT = 1;

/** Combinations that are kept ready: far more than any fleet sends, far fewer than there are. */
const MAX_READY = 4096;

const ready = new Map<number, SampleTerms>();

/** By hash: the names of members, and the terms of each member. */
export const names = new Map<number, { readonly bytes: Uint8Array; readonly member: number }>();
export const termsByHash: Map<number, Known>[] = [];
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

export function step(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/** The terms of the combination `number`, written out when it is first met. */
export function termsOf(number: number): SampleTerms {
  const known = ready.get(number);
  if (known !== undefined) return known;
  const [measurand = ENERGY_REGISTER, phase = '', location, context, format, unit] = MEMBERS.map(
    ({ terms: texts }, member) =>
      texts[(Math.floor(number / (weights[member] as number)) % (texts.length + 1)) - 1],
  );
  const texts = {
    measurand,
    phase,
    location: location ?? DEFAULT_LOCATION,
    context: context ?? DEFAULT_CONTEXT,
    format: format ?? DEFAULT_FORMAT,
    unit: unit === undefined ? defaultUnit(measurand) : canonicalUnit(unit),
  };
  const signed = texts.format === 'SignedData';
  const made: SampleTerms = {
    texts,
    number: 0,
    place: placeOf(location),
    signed,
    isForDigest: !signed && isLive(measurand, context),
    spellings: [],
  };
  if (ready.size >= MAX_READY) ready.clear();
  ready.set(number, made);
  return made;
}

/**
 * Returns how the sample of these terms at `start` to `end` is written; its value lies between the others.
 */
export function spellingOf(
  terms: SampleTerms,
  view: DataView,
  start: number,
  valueAt: number,
  valueEnd: number,
  end: number,
): Spelling {
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

function copyOf(view: DataView, start: number, end: number): DataView {
  return new DataView(
    Uint8Array.from(new Uint8Array(view.buffer, view.byteOffset + start, end - start)).buffer,
  );
}
