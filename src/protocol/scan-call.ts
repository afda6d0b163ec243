import { MAX_MESSAGE_ID } from './frame.ts';
import type { Action } from './v16/actions.ts';
import { ACTIONS } from './v16/generated/messages.ts';

/** The head of a CALL: enough to decide who shall read the rest. */
export interface CallHead {
  readonly messageId: string;
  readonly action: Action;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const CALL = 0x32;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;

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
 * With `wanted`, heads of other actions are not even made.
 */
export function scanCall(frame: Uint8Array, wanted?: ReadonlySet<string>): CallHead | undefined {
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
  if (actionEnd < 0 || frame[skipSpace(frame, actionEnd + 1)] !== COMMA) return undefined;
  const action = actionAt(frame, actionStart, actionEnd);
  if (action === undefined || wanted?.has(action) === false) return undefined;
  return { messageId: textAt(frame, idStart, idEnd), action };
}

function skipSpace(frame: Uint8Array, start: number): number {
  let at = start;
  for (const end = start + MAX_SPACE; at < end; at++) {
    const byte = frame[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** Where the closing quote is, -1 if there is none within `limit` plain ASCII characters. */
function endOfText(frame: Uint8Array, start: number, limit: number): number {
  for (let at = start; at <= start + limit; at++) {
    const byte = frame[at];
    if (byte === QUOTE) return at;
    if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

function actionAt(frame: Uint8Array, start: number, end: number): Action | undefined {
  const candidates = actionsByLength[end - start];
  if (candidates === undefined) return undefined;
  for (const { action, bytes } of candidates) {
    let same = 0;
    while (same < bytes.length && bytes[same] === frame[start + same]) same += 1;
    if (same === bytes.length) return action;
  }
  return undefined;
}

// Reused for every id: a view on the frame for each would cost more than the text does.
const characters: number[] = [];

function textAt(frame: Uint8Array, start: number, end: number): string {
  characters.length = end - start;
  for (let at = start; at < end; at++) characters[at - start] = frame[at] ?? 0;
  return String.fromCharCode.apply(null, characters);
}
