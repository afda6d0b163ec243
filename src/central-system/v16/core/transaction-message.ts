import { INT32_MAX } from '../../../protocol/int32.ts';
import { isObject, type Members } from '../../../protocol/members.ts';
import { repairRequest } from '../../../protocol/v16/lenient.ts';
import { checkRequest } from '../../../protocol/v16/validate.ts';
import type { Violation } from '../../../protocol/version.ts';
import { payloadOf } from '../../../records/messages.ts';
import { readClock } from '../../charge-point-clock.ts';

/** A StartTransaction or StopTransaction that can be stored, though its members may still be wrong. */
export interface TransactionMessage {
  readonly violation?: undefined;
  /** As received. */
  readonly received: Members;
  /** As received, as JSON text, to be stored. */
  readonly raw: string;
  /** With the known faults repaired, to be read. */
  readonly request: Members;
  /** What was repaired, and `salvaged` where that did not make the message whole. */
  readonly repairs: readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);
const TOO_DEEP: readonly string[] = Object.freeze(['payload: too-deep']);
const SALVAGED: readonly string[] = Object.freeze(['salvaged']);

/**
 * Reads a transaction message: by the strict reader too it is refused only if its payload is no object,
 * because then there is nothing to store (OCPP 1.6 ed. 2 §4.8, §4.10). One that is nested too deeply is
 * stored as its text, and read as far down as it may be.
 */
export function readTransactionMessage(
  action: 'StartTransaction' | 'StopTransaction',
  payload: unknown,
  deepFrame: string | undefined,
): TransactionMessage | { readonly violation: Violation } {
  const violation = checkRequest(action, payload);
  if (violation === undefined && deepFrame === undefined) {
    const received = payload as Members;
    return { received, raw: JSON.stringify(received), request: received, repairs: NONE };
  }
  if (violation !== undefined && !isObject(payload)) return { violation };
  const received = payload as Members;
  const { payload: repaired, repairs } = repairRequest(action, payload);
  const whole = checkRequest(action, repaired) === undefined;
  return {
    received,
    raw: deepFrame === undefined ? JSON.stringify(received) : payloadOf(deepFrame, 'call'),
    request: repaired as Members,
    repairs: [...repairs, ...(deepFrame === undefined ? NONE : TOO_DEEP), ...(whole ? NONE : SALVAGED)],
  };
}

/**
 * Reads the members of transaction messages. Whatever is missing or wrong gets a documented stand-in and a
 * flag `<name>-<oddity>`, since such a message is stored and answered in any case (OCPP 1.6 ed. 2 §4.8,
 * §4.10).
 */
export class MemberReader {
  readonly flags: string[];
  private readonly receivedAt: number;

  /** Starts with the repairs that made the message readable. */
  constructor(receivedAt: number, repairs: readonly string[]) {
    this.receivedAt = receivedAt;
    this.flags = [...repairs];
  }

  /** A whole number of at most `limit` in size; undefined where it is missing or none. */
  integer(name: string, value: unknown, limit: number): number | undefined {
    if (value === undefined || value === null) return this.odd(name, 'missing');
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.odd(name, 'unreadable');
    return Math.abs(value) <= limit ? value : this.odd(name, 'out-of-range');
  }

  /**
   * A meter register in Wh; null where it is missing or none, since no other number may stand for it. One
   * that is negative or beyond 32 bits is kept as it is: the standard gives its `integer` no size
   * (OCPP 1.6 ed. 2 §6.45, §6.49).
   */
  register(name: string, value: unknown): number | null {
    const register = this.integer(name, value, Number.MAX_SAFE_INTEGER);
    if (register === undefined) return null;
    if (register < 0) this.flags.push(`${name}-negative`);
    if (Math.abs(register) > INT32_MAX) this.flags.push(`${name}-beyond-32-bits`);
    return register;
  }

  /** A time and whether its clock runs; the time of receipt where it cannot be read. */
  time(name: string, timestamp: unknown): { epochMs: number; running: boolean } {
    const reading = readClock(timestamp, this.receivedAt);
    for (const oddity of reading.oddities) this.flags.push(`${name}-${oddity}`);
    return reading;
  }

  /** An idTag as it was spelled; empty where it is missing or no text. */
  idTag(name: string, value: unknown): string {
    if (value === undefined || value === null) return this.odd(name, 'missing') ?? '';
    if (typeof value !== 'string') return this.odd(name, 'unreadable') ?? '';
    if (value.length > MAX_ID_TAG) this.flags.push(`${name}-too-long`);
    return value.slice(0, MAX_KEPT).toWellFormed();
  }

  private odd(name: string, oddity: string): undefined {
    this.flags.push(`${name}-${oddity}`);
    return undefined;
  }
}

/** CiString20Type (§7.15). */
const MAX_ID_TAG = 20;
/** Longer texts are cut, as they become parts of keys. */
const MAX_KEPT = 255;

/**
 * A timestamp as the charge point wrote it, whatever it is: part of what makes a repeated message the same.
 */
export function asSent(timestamp: unknown): string {
  if (timestamp === undefined) return '';
  return (typeof timestamp === 'string' ? timestamp : JSON.stringify(timestamp)).slice(0, 64).toWellFormed();
}
