import { brief, isPayload, parseJson } from './payload.ts';

/** What a frame of the Central System has to look like, whatever it carries (OCPP-J 1.6 §4.2). */
const SHAPES = {
  2: 'CALL [2, messageId, action, payload]',
  3: 'CALLRESULT [3, messageId, payload]',
  4: 'CALLERROR [4, messageId, code, description, details]',
} as const;

/** Longest messageId (OCPP-J 1.6 §4.1.4). */
const MAX_MESSAGE_ID = 36;

/**
 * What is wrong with the envelope of a frame that the Central System sent, or undefined. The client library
 * is tolerant here: it takes frames with too many or too few members.
 */
export function envelopeFault(text: string): { expected: string; came: string } | undefined {
  const frame = parseJson(text);
  const came = brief(frame ?? text);
  if (!Array.isArray(frame)) return { expected: 'a frame that is a JSON array', came };
  const [type, messageId] = frame as unknown[];
  if (type !== 2 && type !== 3 && type !== 4) return { expected: 'message type 2, 3 or 4', came };
  const expected = SHAPES[type];
  if (typeof messageId !== 'string' || messageId.length === 0 || messageId.length > MAX_MESSAGE_ID)
    return { expected: `a messageId of 1 to ${MAX_MESSAGE_ID} characters`, came };
  const fits =
    type === 2
      ? frame.length === 4 && typeof frame[2] === 'string' && isPayload(frame[3])
      : type === 3
        ? frame.length === 3 && isPayload(frame[2])
        : frame.length === 5 &&
          typeof frame[2] === 'string' &&
          typeof frame[3] === 'string' &&
          isPayload(frame[4]);
  return fits ? undefined : { expected, came };
}

/** The messageId of a CALL, or undefined for every other frame. */
export function callId(text: string): string | undefined {
  const frame = parseJson(text);
  return Array.isArray(frame) && frame[0] === 2 && typeof frame[1] === 'string' ? frame[1] : undefined;
}
