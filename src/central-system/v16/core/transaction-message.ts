import { isObject, type Members } from '../../../protocol/members.ts';
import { repairRequest } from '../../../protocol/v16/lenient.ts';
import { checkRequest } from '../../../protocol/v16/validate.ts';
import type { Violation } from '../../../protocol/version.ts';
import { payloadOf } from '../../../records/frame-payload.ts';

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
