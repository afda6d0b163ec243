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
 * Whether the text is a number just as JavaScript prints it, so that it can be written to a row as it stands
 * instead of being parsed and printed again. False where that is not certain.
 */
export function isPrintedNumber(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > 15) return false;
  let index = text.charCodeAt(0) === MINUS ? 1 : 0;
  const first = text.charCodeAt(index);
  if (first === ZERO) {
    // 0.0000001 is printed as 1e-7, and -0 as 0.
    if (length === 1) return true;
    if (text.charCodeAt(index + 1) !== POINT || length - index > 8) return false;
  } else if (!(first > ZERO && first <= NINE)) return false;
  let point = -1;
  for (index++; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === POINT && point < 0) point = index;
    else if (unit < ZERO || unit > NINE) return false;
  }
  return point < 0 || (point < length - 1 && text.charCodeAt(length - 1) !== ZERO);
}

/** `isPrintedNumber` of the ASCII text at `bytes[from..to)`. */
export function isPrintedDigits(bytes: Uint8Array, from: number, to: number): boolean {
  const length = to - from;
  if (length === 0 || length > 15) return false;
  let at = bytes[from] === MINUS ? from + 1 : from;
  const first = bytes[at] as number;
  if (first === ZERO) {
    if (length === 1) return true;
    if (to - at < 2 || bytes[at + 1] !== POINT || to - at > 8) return false;
  } else if (to === at || !(first > ZERO && first <= NINE)) return false;
  let point = -1;
  for (at++; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte === POINT && point < 0) point = at;
    else if (byte < ZERO || byte > NINE) return false;
  }
  return point < 0 || (point < to - 1 && bytes[to - 1] !== ZERO);
}

/**
 * The number at `bytes[from..to)`, of which `isPrintedDigits` holds: so few digits are exact, and so is the
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

const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];
const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;
