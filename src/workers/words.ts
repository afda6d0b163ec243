/**
 * Bytes in strides of eight: several times as fast as one by one, and short pieces are too short for a call
 * into the engine. As 64-bit floats, which TypeScript's target can compare without making objects of them:
 * text is never a NaN, which does not equal itself (its last byte would be 0x7f or 0xff, after one of 0xf0
 * and more; no UTF-8 has these two in a row).
 */
const WORD_BYTES = 8;

/** Whether two runs of text are the same bytes. Never reads beyond them. */
export function sameWords(
  one: DataView,
  oneAt: number,
  other: DataView,
  otherAt: number,
  length: number,
): boolean {
  let done = 0;
  for (const words = length - WORD_BYTES; done <= words; done += WORD_BYTES) {
    if (one.getFloat64(oneAt + done, true) !== other.getFloat64(otherAt + done, true)) return false;
  }
  for (; done < length; done++) {
    if (one.getUint8(oneAt + done) !== other.getUint8(otherAt + done)) return false;
  }
  return true;
}

/** ASCII as text. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}
