import { malformed, type Reading, unusableAnswer } from './reading.ts';

/**
 * The beginning of a CALL up to its messageId. Escapes are not understood here: an id with one stays unread.
 */
const CALL_HEAD = /^\s*\[\s*2\s*,\s*"([^"\\\p{Cc}]{0,36})"\s*,/u;
const RESULT_HEAD = /^\s*\[\s*3\s*,/;
const ANSWER_HEAD = /^\s*\[\s*[34]\s*,\s*"([^"\\\p{Cc}]{0,36})"\s*,/u;

/**
 * A frame that is not JSON. Two harmless kinds of damage are known from the field and read all the same: a
 * frame that ends with NUL bytes or begins with a byte order mark, and an answer without its last bracket.
 * Otherwise, if it is legible up to the messageId of a CALL, the charge point can at least be answered; up to
 * that of an answer, the CALL that it answers need not wait any longer.
 */
export function readDamagedFrame(text: string, readMessage: (message: unknown) => Reading): Reading {
  const trimmed = withoutPadding(text);
  if (trimmed.length === 0) return { type: 'ignored', reason: 'empty frame' };
  const message = parse(trimmed) ?? (RESULT_HEAD.test(trimmed) ? parse(`${trimmed}]`) : undefined);
  if (message !== undefined) return readMessage(message);
  const answered = ANSWER_HEAD.exec(trimmed)?.[1];
  if (answered !== undefined) return unusableAnswer(answered, 'The answer is not JSON');
  return malformed('The frame is not JSON', CALL_HEAD.exec(trimmed)?.[1]);
}

/** Returns the text without NUL bytes and white space at its end and without a byte order mark. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return text.slice(text.charCodeAt(0) === 0xfeff ? 1 : 0, end);
}

/** The JSON value, undefined if text is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
