import { MAX_MESSAGE_ID } from './frame.ts';
import type { Action } from './v16/actions.ts';
import { ACTIONS } from './v16/generated/messages.ts';

/** The head of a CALL: enough to decide who shall read the rest. */
export interface CallHead {
  readonly messageId: string;
  readonly action: Action;
  /** Where the payload begins, white space before it included. */
  readonly payloadAt: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const CALL = 0x32;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const COLON = 0x3a;

const ID_TAG = Buffer.from('"idTag"');
/** Longer texts than any idTag are left to the whole parser. */
const MAX_PLAIN_TEXT = 20;

/** White space before an element that is still looked over. */
const MAX_SPACE = 16;

/** The actions as bytes, by their length. */
const actionsByLength: { readonly action: Action; readonly bytes: Uint8Array }[][] = [];
for (const action of ACTIONS) {
  const bytes = new TextEncoder().encode(action);
  const ofLength = actionsByLength[bytes.length] ?? [];
  ofLength.push({ action, bytes });
  actionsByLength[bytes.length] = ofLength;
}

/**
 * The messageId and action of a CALL, read off its first bytes without parsing it. Undefined for all that is not a
 * CALL or is unusual in any way (an escape or a non-ASCII character in the id, an unknown action): then `readFrame`
 * decides. White space between the elements is fine. That there is a head says nothing about the rest.
 */
export function scanCall(frame: Buffer): CallHead | undefined {
  let at = skipSpace(frame, 0);
  if (frame[at] !== BRACKET) return undefined;
  at = skipSpace(frame, at + 1);
  if (frame[at] !== CALL) return undefined;
  at = skipSpace(frame, at + 1);
  if (frame[at] !== COMMA) return undefined;
  at = skipSpace(frame, at + 1);
  if (frame[at] !== QUOTE) return undefined;

  const idStart = at + 1;
  const idEnd = endOfText(frame, idStart, MAX_MESSAGE_ID);
  if (idEnd < 0) return undefined;
  at = skipSpace(frame, idEnd + 1);
  if (frame[at] !== COMMA) return undefined;
  at = skipSpace(frame, at + 1);
  if (frame[at] !== QUOTE) return undefined;

  const actionStart = at + 1;
  const actionEnd = endOfText(frame, actionStart, actionsByLength.length);
  if (actionEnd < 0) return undefined;
  at = skipSpace(frame, actionEnd + 1);
  if (frame[at] !== COMMA) return undefined;
  const action = actionAt(frame, actionStart, actionEnd);
  if (action === undefined) return undefined;
  return { messageId: frame.toString('latin1', idStart, idEnd), action, payloadAt: at + 1 };
}

/**
 * The rest of a CALL whose payload is no more than `{}` or `{"idTag":"..."}`, as with Heartbeat and Authorize: for these a whole parser
 * costs more than all else that is read. Undefined for every other payload, and for all that is unusual: then `readFrame` decides.
 */
export function scanPlainPayload(frame: Buffer, payloadAt: number): PlainPayload | undefined {
  let at = skipSpace(frame, payloadAt);
  if (frame[at] !== BRACE) return undefined;
  at = skipSpace(frame, at + 1);
  if (frame[at] === CLOSING_BRACE) return isEnd(frame, at + 1) ? {} : undefined;
  for (const byte of ID_TAG) if (frame[at++] !== byte) return undefined;
  at = skipSpace(frame, at);
  if (frame[at] !== COLON) return undefined;
  at = skipSpace(frame, at + 1);
  if (frame[at] !== QUOTE) return undefined;
  const start = at + 1;
  const end = endOfText(frame, start, MAX_PLAIN_TEXT);
  if (end < 0) return undefined;
  at = skipSpace(frame, end + 1);
  if (frame[at] !== CLOSING_BRACE || !isEnd(frame, at + 1)) return undefined;
  return { idTag: frame.toString('latin1', start, end) };
}

export type PlainPayload = { readonly idTag?: string };

/** Whether nothing but the closing bracket follows. */
function isEnd(frame: Buffer, start: number): boolean {
  const at = skipSpace(frame, start);
  return frame[at] === CLOSING_BRACKET && skipSpace(frame, at + 1) === frame.length;
}

function skipSpace(frame: Buffer, start: number): number {
  let at = start;
  for (const end = start + MAX_SPACE; at < end; at++) {
    const byte = frame[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** Where the closing quote is, -1 if there is none within `limit` plain ASCII characters. */
function endOfText(frame: Buffer, start: number, limit: number): number {
  for (let at = start; at <= start + limit; at++) {
    const byte = frame[at];
    if (byte === QUOTE) return at;
    if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

function actionAt(frame: Buffer, start: number, end: number): Action | undefined {
  const candidates = actionsByLength[end - start];
  if (candidates === undefined) return undefined;
  for (const { action, bytes } of candidates) {
    let same = 0;
    while (same < bytes.length && bytes[same] === frame[start + same]) same += 1;
    if (same === bytes.length) return action;
  }
  return undefined;
}
