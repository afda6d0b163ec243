import type { ErrorCode } from '../protocol/error-code.ts';
import type { MeterDigest } from '../protocol/meter-message.ts';

/** What Farad answers to a CALL: a CALLRESULT or a CALLERROR. */
export type Decision = Confirmation | Refusal;

export interface Confirmation {
  readonly kind: 'result';
  readonly payload: object;
  /** `payload` as JSON, where it was at hand: the session then need not write it again. */
  readonly json?: string;
  /** What a message with meter values said about its connector, for the live state. */
  readonly digest?: MeterDigest;
}

export interface Refusal {
  readonly kind: 'error';
  readonly code: ErrorCode;
  readonly description: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A CALLRESULT with `payload`. */
export function confirm(payload: object): Confirmation {
  return { kind: 'result', payload };
}

/** A CALLRESULT whose JSON is written once and answered many times; only for payloads that never change. */
export function confirmAlways(payload: object): Confirmation {
  return Object.freeze({ kind: 'result', payload: Object.freeze(payload), json: JSON.stringify(payload) });
}

/** A CALLERROR; `description` says which member and why. */
export function refuse(
  code: ErrorCode,
  description: string,
  details?: Readonly<Record<string, unknown>>,
): Refusal {
  return details === undefined
    ? { kind: 'error', code, description }
    : { kind: 'error', code, description, details };
}

/** `{}`: the answer that most notifications get. */
export const acknowledged: Confirmation = confirmAlways({});
