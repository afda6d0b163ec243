import { MAX_MESSAGE_ID } from '../../protocol/frame.ts';
import { isPlausibleTime } from '../../protocol/timestamp.ts';
import { TimestampReader } from '../sample-time.ts';
import { sameWords } from '../words.ts';
import {
  type Known,
  names,
  type SampleTerms,
  type Spelling,
  spellingOf,
  step,
  termsByHash,
  termsOf,
  VALUE_BIT,
} from './sample-terms.ts';

/** More than that in one message is not as usual. */
const MAX_SAMPLES = 512;
const MAX_ELEMENTS = 64;

/** Nine digits are a number of 32 bits in any case. */
const MAX_DIGITS = 9;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const CALL = 0x32;

const ACTION = Buffer.from('"MeterValues"');
const CONNECTOR_ID = Buffer.from('"connectorId"');
const TRANSACTION_ID = Buffer.from('"transactionId"');
const METER_VALUE = Buffer.from('"meterValue"');
const TIMESTAMP = Buffer.from('"timestamp"');
const SAMPLED_VALUE = Buffer.from('"sampledValue"');

const SEEN_CONNECTOR = 1;
const SEEN_TRANSACTION = 2;
const SEEN_VALUES = 4;

/**
 * Reads MeterValues frames off their bytes, as nearly all charge points write them: plain ASCII, no escapes,
 * the schema kept. Whatever is unusual in any way it leaves to the parser and the validator, whose judgement
 * is then the only one; what it does read it reads as they do (a test holds them together). One per thread;
 * what was read lies in its members until the next frame is read.
 */
export class MeterValuesScanner {
  connectorId = 0;
  /** Undefined where the message names none. */
  transactionId: number | undefined = undefined;
  /**
   * Elements of `meterValue`: when each was taken (epoch ms), and how many samples there are up to its end.
   */
  elements = 0;
  readonly takenAt: number[] = new Array<number>(MAX_ELEMENTS).fill(0);
  readonly samplesUpTo: number[] = new Array<number>(MAX_ELEMENTS).fill(0);
  samples = 0;
  /** Of each sample: its terms, and where the text of its value lies. */
  readonly terms: SampleTerms[] = [];
  readonly valueAt = new Int32Array(MAX_SAMPLES);
  readonly valueEnd = new Int32Array(MAX_SAMPLES);

  private readonly sample = new SampleReader();
  private readonly clock = new TimestampReader();
  private number = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private view: DataView = new DataView(new ArrayBuffer(0));

  /**
   * Reads the frame at `bytes[start..end)`; false where it is not as usual, and then what was read of it
   * means nothing.
   */
  read(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.sample.begin();
    let at = after(bytes, skipSpace(bytes, start), OPENING_BRACKET);
    at = after(bytes, after(bytes, at, CALL), COMMA);
    if (at < 0 || bytes[at] !== QUOTE) return false;
    const id = at + 1;
    for (at = id; isPlain(bytes[at] as number); at++);
    if (at - id > MAX_MESSAGE_ID) return false;
    at = after(bytes, after(bytes, at, QUOTE), COMMA);
    at = after(bytes, afterText(bytes, at, ACTION), COMMA);
    if (at < 0) return false;
    at = after(bytes, this.payload(bytes, at), CLOSING_BRACKET);
    return at === end;
  }

  /**
   * Whether all times of the message that was read can be believed; it was received at `receivedAt`, epoch
   * ms.
   */
  hasPlausibleTimes(receivedAt: number): boolean {
    for (let element = 0; element < this.elements; element++) {
      if (!isPlausibleTime(this.takenAt[element] as number, receivedAt)) return false;
    }
    return true;
  }

  /** Like all that follow, returns where the next token begins, or -1. */
  private payload(bytes: Buffer, start: number): number {
    if (bytes[start] !== OPENING_BRACE) return -1;
    this.elements = 0;
    this.samples = 0;
    this.transactionId = undefined;
    let seen = 0;
    let at = start;
    do {
      at = skipSpace(bytes, at + 1);
      const before = seen;
      const letter = bytes[at + 1];
      if (letter === 0x63) {
        seen |= SEEN_CONNECTOR;
        at = this.integer(bytes, after(bytes, afterText(bytes, at, CONNECTOR_ID), COLON));
        this.connectorId = this.number;
      } else if (letter === 0x74) {
        seen |= SEEN_TRANSACTION;
        at = this.integer(bytes, after(bytes, afterText(bytes, at, TRANSACTION_ID), COLON));
        this.transactionId = this.number;
      } else if (letter === 0x6d) {
        seen |= SEEN_VALUES;
        at = this.meterValue(bytes, after(bytes, afterText(bytes, at, METER_VALUE), COLON));
      } else return -1;
      if (at < 0 || seen === before) return -1;
    } while (bytes[at] === COMMA);
    if ((seen & SEEN_CONNECTOR) === 0 || (seen & SEEN_VALUES) === 0) return -1;
    return after(bytes, at, CLOSING_BRACE);
  }

  private integer(bytes: Buffer, start: number): number {
    if (start < 0) return -1;
    const isNegative = bytes[start] === MINUS;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let value = 0;
    for (; at - first <= MAX_DIGITS; at++) {
      const byte = bytes[at] as number;
      if (!(byte >= ZERO && byte <= NINE)) break;
      value = value * 10 + byte - ZERO;
    }
    const digits = at - first;
    if (digits === 0 || digits > MAX_DIGITS) return -1;
    // No number begins with a zero, and minus zero is one of its own.
    if (bytes[first] === ZERO && (digits > 1 || isNegative)) return -1;
    this.number = isNegative ? -value : value;
    return skipSpace(bytes, at);
  }

  private meterValue(bytes: Buffer, start: number): number {
    if (start < 0 || bytes[start] !== OPENING_BRACKET) return -1;
    let at = start;
    do {
      if (this.elements === MAX_ELEMENTS) return -1;
      at = this.element(bytes, skipSpace(bytes, at + 1));
      if (at < 0) return -1;
      this.samplesUpTo[this.elements++] = this.samples;
    } while (bytes[at] === COMMA);
    return after(bytes, at, CLOSING_BRACKET);
  }

  private element(bytes: Buffer, start: number): number {
    if (bytes[start] !== OPENING_BRACE) return -1;
    let at = skipSpace(bytes, start + 1);
    const isTimeFirst = bytes[at + 1] === 0x74;
    at = isTimeFirst ? this.timestamp(bytes, at) : this.sampledValue(bytes, at);
    at = after(bytes, at, COMMA);
    if (at < 0) return -1;
    at = isTimeFirst ? this.sampledValue(bytes, at) : this.timestamp(bytes, at);
    return after(bytes, at, CLOSING_BRACE);
  }

  private timestamp(bytes: Buffer, start: number): number {
    const at = after(bytes, afterText(bytes, start, TIMESTAMP), COLON);
    if (at < 0 || bytes[at] !== QUOTE) return -1;
    let end = at + 1;
    for (; isPlain(bytes[end] as number); end++);
    if (bytes[end] !== QUOTE) return -1;
    const takenAt = this.clock.read(bytes, at + 1, end);
    if (takenAt === undefined) return -1;
    this.takenAt[this.elements] = takenAt;
    return skipSpace(bytes, end + 1);
  }

  private sampledValue(bytes: Buffer, start: number): number {
    let at = after(bytes, afterText(bytes, start, SAMPLED_VALUE), COLON);
    if (at < 0 || bytes[at] !== OPENING_BRACKET) return -1;
    const { sample, terms, valueAt, valueEnd, view } = this;
    let count = this.samples;
    do {
      if (count === MAX_SAMPLES) return -1;
      at = sample.read(bytes, view, skipSpace(bytes, at + 1));
      if (at < 0) return -1;
      terms[count] = sample.terms;
      valueAt[count] = sample.valueAt;
      valueEnd[count] = sample.valueEnd;
      count++;
      at = skipSpace(bytes, at);
    } while (bytes[at] === COMMA);
    this.samples = count;
    return after(bytes, at, CLOSING_BRACKET);
  }
}

/** Where the token after `byte` begins; -1 where another byte stands there, or where it was -1 already. */
function after(bytes: Buffer, at: number, byte: number): number {
  return at >= 0 && bytes[at] === byte ? skipSpace(bytes, at + 1) : -1;
}

function afterText(bytes: Buffer, start: number, text: Uint8Array): number {
  if (start < 0) return -1;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return -1;
  return skipSpace(bytes, start + text.length);
}

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
    const spelling = spellingOf(this.terms, view, start, this.valueAt, this.valueEnd, end);
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
function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
    at++;
  }
}

/** Whether a byte may stand in a text as it is, and is ASCII. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e && byte !== QUOTE && byte !== BACKSLASH;
}

function isSame(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return false;
  return true;
}
