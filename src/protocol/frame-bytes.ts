export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BRACKET = 0x5b;
export const CLOSING_BRACKET = 0x5d;
export const BRACE = 0x7b;
export const CLOSING_BRACE = 0x7d;

const BACKSLASH = 0x5c;

/** White space before an element that is still looked over. */
const MAX_SPACE = 16;

/** Where the white space at `start` ends, as far as it is looked over. */
export function skipSpace(frame: Buffer, start: number): number {
  let at = start;
  for (const end = start + MAX_SPACE; at < end; at++) {
    const byte = frame[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** Where the closing quote is, -1 if there is none within `limit` plain ASCII characters. */
export function endOfText(frame: Buffer, start: number, limit: number): number {
  for (let at = start; at <= start + limit; at++) {
    const byte = frame[at];
    if (byte === QUOTE) return at;
    if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}
