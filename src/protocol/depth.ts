/**
 * Levels of arrays and objects that a frame may have, its own array counted. The messages of OCPP 1.6 need 7; whatever walks a payload may
 * therefore go down by calling itself.
 */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * The JSON `text` with `null` for every array and object that lies deeper than MAX_DEPTH; undefined where none does, as in nearly all frames,
 * and these cost no more than a search for brackets. Text that is no JSON is cut by its brackets all the same, and stays no JSON.
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

/** Whether there are more opening brackets than levels allowed. Searching for a character is many times faster than looking at each. */
function hasManyBrackets(text: string): boolean {
  let found = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      found++;
      if (found > MAX_DEPTH) return true;
    }
  }
  return false;
}

/** Where the text that opens at `start` closes; the end of `text` where it does not. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
