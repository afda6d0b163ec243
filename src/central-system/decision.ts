import type { ErrorCode } from '../protocol/error-code.ts';

/** A CALL of a charge point as it came out of the envelope (OCPP-J 1.6 §4.2.1). */
export interface IncomingCall {
  readonly messageId: string;
  /** As spelled on the wire: names are case-sensitive. */
  readonly action: string;
  /** Unchecked. */
  readonly payload: unknown;
  /**
   * The frame as received, where it is nested too deeply to be read as a whole: `payload` is without what
   * lies too deep.
   */
  readonly deepFrame?: string;
}

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

/** The last known energy register and power of a connector, read from one message. */
export interface MeterDigest {
  readonly connectorId: number;
  /** Energy.Active.Import.Register over all phases, Wh. */
  readonly lastRegisterWh?: number;
  /** Power.Active.Import over all phases, W. */
  readonly powerW?: number;
  /**
   * Rank of the place where the register was read, and of that of the power; absent: the outlet. What is read
   * at several places is never mixed.
   */
  readonly registerPlace?: number;
  readonly powerPlace?: number;
  /** Time of the newest sample, epoch ms. */
  readonly at: number;
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
