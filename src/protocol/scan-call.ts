import { MAX_MESSAGE_ID } from './frame.ts';
import { BRACKET, COMMA, endOfText, QUOTE, skipSpace } from './frame-bytes.ts';

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
