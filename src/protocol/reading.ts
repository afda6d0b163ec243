import type { ErrorCode } from './error-code.ts';

/** What a text frame turned out to be. */
export type Reading = Call | CallResult | CallError | Ignored | Malformed;

export interface Call extends IncomingCall {
  readonly type: 'call';
}

/** A CALL of a charge point as it came out of the envelope (OCPP-J 1.6 §4.2.1). */
export interface IncomingCall {
  readonly messageId: string;
  /** As spelled on the wire: names are case-sensitive. */
  readonly action: string;
  /**
   * `{}` where the charge point sent `null` (OCPP-J 1.6 §4.2.1). Whether it is an object is for the schema to
   * say.
   */
  readonly payload: unknown;
  /**
   * The frame as received, where it is nested too deeply (depth.ts): `payload` then has `null` for what lies
   * below.
   */
  readonly deepFrame?: string;
}

export interface CallResult {
  readonly type: 'result';
  readonly messageId: string;
  /** `{}` where the charge point sent `null` or nothing. */
  readonly payload: unknown;
}

export interface CallError {
  readonly type: 'error';
  readonly messageId: string;
  /** In 1.6 spelling where 1.6 knows the code, else as received; `GenericError` if it was no text. */
  readonly code: string;
  /** `""` where the charge point gave none. */
  readonly description: string;
  /** `{}` where the charge point gave none; usually an object. */
  readonly details: unknown;
}

/**
 * To be counted and dropped without an answer: an unknown message type (OCPP-J 1.6 §4.1.3), an empty frame.
 */
export interface Ignored {
  readonly type: 'ignored';
  readonly reason: string;
}

/**
 * Not a frame. With a messageId it was a CALL and wants the CALLERROR; without one there is nothing to
 * answer.
 */
export interface Malformed {
  readonly type: 'malformed';
  readonly messageId?: string;
  readonly code: ErrorCode;
  readonly description: string;
}

/**
 * A CALLRESULT or CALLERROR that says to which CALL it belongs, but not what became of it: that CALL has
 * ended, as if with an error. The codes are those of 1.6 for a payload that cannot be read (OCPP-J 1.6 §4.2.3
 * table 7).
 */
export function unusableAnswer(messageId: string, description: string): CallError {
  return { type: 'error', messageId, code: 'FormationViolation', description, details: {} };
}

export function malformed(description: string, messageId?: string): Malformed {
  const code = 'FormationViolation';
  return messageId === undefined
    ? { type: 'malformed', code, description }
    : { type: 'malformed', messageId, code, description };
}
