import type { ErrorCode } from './error-code.ts';
import type { Orders } from './orders.ts';
import type { CallHead } from './scan-call.ts';

/**
 * A version of OCPP, as it is stored and shown. It belongs to a connection: a charge point may come with
 * another one next time.
 */
export type OcppVersion = '1.6';

/** The first thing that is wrong with a payload, as it goes into a CALLERROR. */
export interface Violation {
  readonly code: ErrorCode;
  /** Names the offending member: `meterValue[0].sampledValue[2].unit: "Foo" is not one of Wh, kWh, ...`. */
  readonly description: string;
  /** The offending member, `meterValue[0].sampledValue[2].unit`; empty for the payload itself. */
  readonly path: string;
}

/** How charge points of one version of OCPP talk: what may be said, by whom, and how it is written. Pure. */
export interface Dialect {
  readonly version: OcppVersion;
  /** Its name in `Sec-WebSocket-Protocol`. */
  readonly subprotocol: string;
  /** What charge points may send. */
  readonly chargePointActions: readonly string[];
  /** What a Central System may send. */
  readonly centralSystemActions: readonly string[];
  /** How each code of a CALLERROR is written on the wire. */
  readonly errorCodes: Readonly<Record<ErrorCode, string>>;
  /** What operations want, as requests of this version. */
  readonly orders: Orders;
  /** The JSON schema of the request of each action, as published, with the errata. */
  readonly requestSchemas: Readonly<Record<string, object>>;
  isAction(text: string): boolean;
  isChargePointAction(text: string): boolean;
  isCentralSystemAction(text: string): boolean;
  /**
   * Checks a request against the schema of its action; undefined if it is valid. Throws TypeError for what is
   * no action: ask first.
   */
  checkRequest(action: string, payload: unknown): Violation | undefined;
  /**
   * Checks a response against the schema of its action; undefined if it is valid. Throws TypeError for what
   * is no action: ask first.
   */
  checkResponse(action: string, payload: unknown): Violation | undefined;
  /**
   * The messageId and action of a CALL, read off its first bytes without parsing it. Undefined for all that
   * is not a CALL of this version, or is unusual in any way: then `readFrame` decides. That there is a head
   * says nothing about the rest.
   */
  scanCall(frame: Buffer): CallHead | undefined;
  /**
   * The payload at `payloadAt` of the most frequent CALLs, where it is so plain that a whole parser would
   * cost more than all else that is read. Undefined for every other payload: then `readFrame` decides.
   */
  scanPayload(frame: Buffer, payloadAt: number): object | undefined;
  /** Whether frame workers can decide CALLs of this action, and what is in this one may be worth the hop. */
  isForWorkers(action: string, frame: Buffer): boolean;
  /**
   * Whether requests of ours with this action have a place for a secret: looking for one elsewhere would be a
   * waste.
   */
  maySendSecrets(action: string): boolean;
  /**
   * Whether messages of this action have no place for a secret: looking for one would cost more than the
   * rest.
   */
  hasNoSecrets(action: string): boolean;
}
