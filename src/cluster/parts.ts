import {
  type Change,
  ChangeError,
  encodeChange,
  encodeContent,
  encodePart,
  MAX_CHANGE_BYTES,
} from './change.ts';

/** Room for what the message of a part has besides it, bytes. */
const AROUND_BYTES = 1024;
const PART_BYTES = MAX_CHANGE_BYTES - AROUND_BYTES;

/** Most bytes that a change puts and deletes. */
const MAX_CONTENT_BYTES = 32 * 1024 * 1024;

/** A message, and the id by which a stream knows it again. */
export interface Message {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** What a change is in the log. */
export interface Messages {
  /** Those that come first, where it is too large for one. */
  readonly parts: readonly Message[];
  /**
   * The change itself; `places`: where in the stream its parts are. Throws ChangeError where its rows are too
   * large.
   */
  readonly head: (places: readonly number[]) => Uint8Array;
}

/** Throws ChangeError for a change that nobody could read, or that is too large. */
export function messagesOf(change: Change): Messages {
  const whole = encodeWhole(change);
  return whole ? { parts: [], head: () => whole } : cut(change);
}

/** Undefined where it is too large for one message. */
function encodeWhole(change: Change): Uint8Array | undefined {
  try {
    return encodeChange(change);
  } catch (error) {
    if (error instanceof ChangeError && error.reason === 'too_large') return undefined;
    throw error;
  }
}

function cut(change: Change): Messages {
  const content = encodeContent(change);
  if (content.length > MAX_CONTENT_BYTES) {
    throw new ChangeError(
      'too_large',
      `the change has ${content.length} bytes, and ${MAX_CONTENT_BYTES} are the most`,
    );
  }
  const { id: of } = change;
  const parts = Array.from({ length: Math.ceil(content.length / PART_BYTES) }, (_, index) => {
    const id = `${of}.${index}`;
    const part = content.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    return { id, bytes: encodePart({ id, of, part }) };
  });
  return { parts, head: (places) => encodeChange({ ...change, puts: [], deletes: [], parts: places }) };
}
