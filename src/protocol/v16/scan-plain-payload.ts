import { BRACE, CLOSING_BRACE, CLOSING_BRACKET, COLON, endOfText, QUOTE, skipSpace } from '../scan-call.ts';

const ID_TAG = Buffer.from('"idTag"');

/** Longer texts than any idTag are left to the whole parser. */
const MAX_PLAIN_TEXT = 20;

export type PlainPayload = { readonly idTag?: string };

/**
 * The rest of a CALL whose payload is no more than `{}` or `{"idTag":"..."}`, as with Heartbeat and
 * Authorize: for these a whole parser costs more than all else that is read. Undefined for every other
 * payload, and for all that is unusual: then `readFrame` decides.
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

/** Whether nothing but the closing bracket follows. */
function isEnd(frame: Buffer, start: number): boolean {
  const at = skipSpace(frame, start);
  return frame[at] === CLOSING_BRACKET && skipSpace(frame, at + 1) === frame.length;
}
