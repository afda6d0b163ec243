/** Whether text has more than `limit` Unicode code points; JSON Schema counts those, not UTF-16 units. */
export function codePointsOver(text: string, limit: number): boolean {
  let count = 0;
  for (const _ of text) {
    count += 1;
    if (count > limit) return true;
  }
  return false;
}

/** The first `limit` code points of text: no character is cut in half. */
export function firstCodePoints(text: string, limit: number): string {
  let kept = '';
  let count = 0;
  for (const character of text) {
    count += 1;
    if (count > limit) break;
    kept += character;
  }
  return kept;
}

const ABSOLUTE_URI = /^[a-z][a-z\d+.-]*:[^\s\p{Cc}<>"{}|\\^`]+$/iu;

/**
 * Whether text is an absolute URI in form (RFC 3986). Which schemes it can fetch or upload with is the charge
 * point's matter.
 */
export function isUri(text: string): boolean {
  return ABSOLUTE_URI.test(text);
}
