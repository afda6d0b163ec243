import { MAX_MESSAGE_ID } from './frame.ts';

export const QUOTE = 0x22;
const COMMA = 0x2c;
export const COLON = 0x3a;
const BRACKET = 0x5b;
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

/** The head of a CALL: enough to decide who shall read the rest. */
export interface CallHead {
  readonly messageId: string;
  readonly action: string;
  /** Where the payload begins, white space before it included. */
  readonly payloadAt: number;
}

const CALL = 0x32;
const CALLRESULT = 0x33;
const CALLERROR = 0x34;

/** Whether a frame begins as answers to CALLs nearly always do. */
export function isAnswer(frame: Buffer): boolean {
  return frame[0] === BRACKET && (frame[1] === CALLRESULT || frame[1] === CALLERROR);
}

interface ActionName {
  readonly action: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes what reads the messageId and action of a CALL with one of these actions off its first bytes, without
 * parsing it. It gives undefined for all that is not such a CALL or is unusual in any way (an escape or a
 * non-ASCII character in the id): then `readFrame` decides. White space between the elements is fine. That
 * there is a head says nothing about the rest.
 */
export function callScanner(actions: readonly string[]): (frame: Buffer) => CallHead | undefined {
  const actionsByLength: ActionName[][] = [];
  for (const action of actions) {
    const bytes = new TextEncoder().encode(action);
    const ofLength = actionsByLength[bytes.length] ?? [];
    ofLength.push({ action, bytes });
    actionsByLength[bytes.length] = ofLength;
  }

  return (frame) => {
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
    const action = actionAt(actionsByLength[actionEnd - actionStart], frame, actionStart);
    if (action === undefined) return undefined;
    return { messageId: frame.toString('latin1', idStart, idEnd), action, payloadAt: at + 1 };
  };
}

function actionAt(
  candidates: readonly ActionName[] | undefined,
  frame: Buffer,
  start: number,
): string | undefined {
  if (candidates === undefined) return undefined;
  for (const { action, bytes } of candidates) {
    let same = 0;
    while (same < bytes.length && bytes[same] === frame[start + same]) same += 1;
    if (same === bytes.length) return action;
  }
  return undefined;
}
