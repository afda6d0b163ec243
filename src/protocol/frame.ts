import { readDamagedFrame } from './damaged-frame.ts';
import { toErrorCode } from './error-code.ts';
import { malformed, type Reading, unusableAnswer } from './reading.ts';

/**
 * Levels of arrays and objects that a frame may have, its own array counted. The messages of OCPP 1.6 need 7;
 * whatever walks a payload may therefore go down by calling itself.
 */
export const MAX_DEPTH = 64;

export type { Call, CallError, CallResult, Ignored, Malformed, Reading } from './reading.ts';

/** Longest messageId that OCPP-J 1.6 allows, in characters (§4.1.4). */
export const MAX_MESSAGE_ID = 36;

/** Longest messageId that is still sent back in a CALLERROR; beyond it the frame stays unanswered. */
const MAX_ECHOED_MESSAGE_ID = 1024;

/** Longest error description that Farad sends, in characters. */
const MAX_DESCRIPTION = 255;

const CALL = 2;
const CALLRESULT = 3;
const CALLERROR = 4;

/**
 * Reads one text frame of OCPP-J (1.6 §4.2). No frame, however broken, makes it throw, and nothing that it
 * returns is nested more than MAX_DEPTH levels deep: of a CALL that is, the upper levels and the frame are
 * left, and an answer that is stands for an error.
 */
export function readFrame(text: string): Reading {
  if (text.length === 0) return { type: 'ignored', reason: 'empty frame' };
  const mayBeDeep = hasManyBrackets(text);
  return readText(text, (message) =>
    mayBeDeep && isTooDeep(message) ? readDeepFrame(text) : readMessage(message),
  );
}

/** Payloads nested more deeply are refused with this description. */
export const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`;

function readDeepFrame(frame: string): Reading {
  const upper = readText(cutDeep(frame) ?? frame, readMessage);
  if (upper.type === 'call') return { ...upper, deepFrame: frame };
  if (upper.type !== 'result') return upper;
  return unusableAnswer(upper.messageId, `The answer is ${TOO_DEEP}`);
}

function readText(text: string, read: (message: unknown) => Reading): Reading {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return readDamagedFrame(text, read);
  }
  return read(message);
}

function readMessage(message: unknown): Reading {
  if (!Array.isArray(message)) return malformed('The frame is not a JSON array');
  const type: unknown = message[0];
  if (type === CALL) return readCall(message);
  if (type === CALLRESULT) return readResult(message);
  if (type === CALLERROR) return readError(message);
  if (typeof type === 'number') return { type: 'ignored', reason: `message type ${type}` };
  return malformed('The message type is not a number');
}

function readCall(message: readonly unknown[]): Reading {
  const [, messageId, action, payload] = message;
  if (typeof messageId !== 'string') return malformed('The messageId is not a string');
  if (messageId.length > MAX_MESSAGE_ID) {
    const description = `The messageId has more than ${MAX_MESSAGE_ID} characters`;
    return malformed(description, messageId.length > MAX_ECHOED_MESSAGE_ID ? undefined : messageId);
  }
  if (message.length !== 4) return malformed(`A CALL has 4 elements, this one ${message.length}`, messageId);
  if (typeof action !== 'string') return malformed('The action is not a string', messageId);
  return { type: 'call', messageId, action, payload: payload === null ? {} : payload };
}

// A CALLRESULT or CALLERROR cannot be answered, so what can be understood of it is taken.
function readResult(message: readonly unknown[]): Reading {
  const [, messageId, payload] = message;
  if (typeof messageId !== 'string') return malformed('The messageId of a CALLRESULT is not a string');
  return { type: 'result', messageId, payload: payload ?? {} };
}

function readError(message: readonly unknown[]): Reading {
  const [, messageId, code, description, details] = message;
  if (typeof messageId !== 'string') return malformed('The messageId of a CALLERROR is not a string');
  return {
    type: 'error',
    messageId,
    code: typeof code === 'string' ? (toErrorCode(code) ?? code) : 'GenericError',
    description: typeof description === 'string' ? description : '',
    details: details ?? {},
  };
}

/** A CALL (OCPP-J 1.6 §4.2.1). Undefined members of the payload are left out; no payload goes as `{}`. */
export function callFrame(messageId: string, action: string, payload: unknown): string {
  return `[2,${quoted(messageId)},${quoted(action)},${payloadText(payload)}]`;
}

/**
 * A CALLRESULT (OCPP-J 1.6 §4.2.2). Undefined members of the payload are left out; no payload goes as `{}`.
 */
export function resultFrame(messageId: string, payload: unknown): string {
  return resultFrameOf(messageId, payloadText(payload));
}

/** A CALLRESULT whose payload is JSON already. */
export function resultFrameOf(messageId: string, json: string): string {
  return `[3,${quoted(messageId)},${json}]`;
}

/**
 * A CALLERROR (OCPP-J 1.6 §4.2.3): always five elements, the description cut at 255 characters; `code` in the
 * spelling of the wire.
 */
export function errorFrame(
  messageId: string,
  code: string,
  description = '',
  details: Readonly<Record<string, unknown>> = {},
): string {
  const short =
    description.length > MAX_DESCRIPTION ? description.slice(0, MAX_DESCRIPTION).toWellFormed() : description;
  return `[4,${quoted(messageId)},"${code}",${JSON.stringify(short)},${payloadText(details)}]`;
}

const NEEDS_ESCAPE = /[^\x20-\x7e]|["\\]/;

/** Ids and actions are nearly always plain ASCII, and then a third of the price of JSON.stringify does. */
function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Most answers are `{}`: these are not serialised. */
function payloadText(payload: unknown): string {
  return payload === undefined || payload === null || isEmpty(payload) ? '{}' : JSON.stringify(payload);
}

function isEmpty(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || Object.getPrototypeOf(payload) !== Object.prototype)
    return false;
  for (const _member in payload) return false;
  return true;
}

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
