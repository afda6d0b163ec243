/**
 * Levels of arrays and objects that a frame may have, its own array counted. The messages of OCPP 1.6 need 7;
 * whatever walks a payload may therefore go down by calling itself.
 */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * The JSON `text` with `null` for every array and object that lies deeper than MAX_DEPTH; undefined where
 * none does. Text that is no JSON is cut by its brackets all the same, and stays no JSON.
 */
export function cutDeep(text: string): string | undefined {
  if (!hasManyBrackets(text)) return undefined;
  let kept = '';
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(text, at);
        break;
      case OPENING_BRACKET:
      case OPENING_BRACE:
        if (depth === MAX_DEPTH) kept += `${text.slice(from, at)}null`;
        depth++;
        break;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        depth--;
        if (depth === MAX_DEPTH) from = at + 1;
        break;
    }
  }
  if (kept === '') return undefined;
  return depth > MAX_DEPTH ? kept : kept + text.slice(from);
}

/**
 * Whether an array or object in the JSON value lies deeper than MAX_DEPTH; ten times cheaper than looking for
 * it in the text.
 */
export function isTooDeep(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isTooDeep(item, levels - 1));
  for (const name in value) if (isTooDeep((value as Record<string, unknown>)[name], levels - 1)) return true;
  return false;
}

/** Whether there are more opening brackets than levels allowed: where not, nothing is too deep. */
export function hasManyBrackets(text: string): boolean {
  let found = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      found++;
      if (found > MAX_DEPTH) return true;
    }
  }
  return false;
}

/** Where the text that opens at `start` closes; the end of `text`, or beyond, where it does not. */
function closingQuote(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) break;
    // Whatever is escaped ends no text.
    if (unit === BACKSLASH) at++;
  }
  return at;
}
