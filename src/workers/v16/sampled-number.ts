const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/**
 * The number that a sampled value's text stands for; null for what is no finite number, empty text included
 * (OCPP 1.6 ed. 2 §7.43).
 */
export function readSampledNumber(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** What is odd about the text of a Raw value that is no number. */
export function valueFlag(text: string): string {
  return text.trim() === '' ? 'value-empty' : 'value-not-numeric';
}

/**
 * Whether the text at `bytes[from..to)` is a decimal of so few digits that `printedNumber` reads it exactly:
 * digits, perhaps with a minus before them and a point among them.
 */
export function isPrintedNumber(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > 15) return false;
  let at = bytes[from] === MINUS ? from + 1 : from;
  if (at >= to || !isDigit(bytes[at]) || !isDigit(bytes[to - 1])) return false;
  let points = 0;
  for (; at < to; at++) {
    if (isDigit(bytes[at])) continue;
    if (bytes[at] !== POINT || ++points > 1) return false;
  }
  return true;
}

/**
 * The number at `bytes[from..to)`, of which `isPrintedNumber` holds: so few digits are exact, and so is the
 * power of ten.
 */
export function printedNumber(bytes: Uint8Array, from: number, to: number): number {
  let digits = 0;
  let power = 0;
  const isNegative = bytes[from] === MINUS;
  for (let at = isNegative ? from + 1 : from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte === POINT) power = to - at - 1;
    else digits = digits * 10 + byte - ZERO;
  }
  const value = power === 0 ? digits : digits / (POWERS[power] as number);
  return isNegative ? -value : value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];
const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;
