import { ERROR_CODES } from '../../src/protocol/error-code.ts';
import { MAX_MESSAGE_ID } from '../../src/protocol/frame.ts';
import { isAction } from '../../src/protocol/v16/actions.ts';
import { checkResponse } from '../../src/protocol/v16/validate.ts';

/** A CALL that must be answered, exactly once. */
export interface Expected {
  readonly messageId: string;
  readonly action: unknown;
}

/**
 * Returns what must be answered to the frame, read by nothing but the platform's own JSON; undefined where
 * the frame is no CALL with an id of a lawful length (OCPP-J 1.6 §4.1.4, §4.2.1), so that Farad may answer or
 * not.
 */
export function expectedAnswer(text: string): Expected | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(frame) || frame[0] !== 2) return undefined;
  const [, messageId, action] = frame as unknown[];
  if (typeof messageId !== 'string' || messageId.length > MAX_MESSAGE_ID) return undefined;
  return { messageId, action };
}

const CODES: ReadonlySet<string> = new Set(ERROR_CODES);
const MAX_DESCRIPTION = 255;

/** Returns what is wrong with an answer to a CALL of this action; undefined where it is right. */
export function faultOf(answer: readonly unknown[], action: unknown): string | undefined {
  if (answer[0] === 3) {
    if (answer.length !== 3) return `a CALLRESULT of ${answer.length} elements`;
    if (typeof action !== 'string' || !isAction(action)) return undefined;
    const violation = checkResponse(action, answer[2]);
    return violation && `${action} was answered against its schema: ${violation.description}`;
  }
  const [, , code, description, details] = answer;
  if (answer.length !== 5) return `a CALLERROR of ${answer.length} elements`;
  if (typeof code !== 'string' || !CODES.has(code)) return `the error code ${JSON.stringify(code)}`;
  if (code === 'InternalError') return 'an InternalError, which asks to send the same again';
  if (typeof description !== 'string' || description.length > MAX_DESCRIPTION) return 'no lawful description';
  return typeof details === 'object' && details !== null ? undefined : 'details that are no object';
}
