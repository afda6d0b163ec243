import { repairRequest } from '../../../protocol/v16/lenient.ts';
import { checkRequest, type Violation } from '../../../protocol/v16/validate.ts';

type Members = Readonly<Record<string, unknown>>;

/** A StartTransaction or StopTransaction that can be stored, though its members may still be wrong. */
export interface TransactionMessage {
  readonly violation?: undefined;
  /** As received, to be stored. */
  readonly received: Members;
  /** With the known faults repaired, to be read. */
  readonly request: Members;
  /** What was repaired, and `salvaged` where that did not make the message whole. */
  readonly repairs: readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);

/**
 * Reads a transaction message: by the strict reader too it is refused only if its payload is no object, because then there is nothing to
 * store (OCPP 1.6 ed. 2 §4.8, §4.10).
 */
export function readTransactionMessage(
  action: 'StartTransaction' | 'StopTransaction',
  payload: unknown,
): TransactionMessage | { readonly violation: Violation } {
  const violation = checkRequest(action, payload);
  if (violation === undefined) {
    const received = payload as Members;
    return { received, request: received, repairs: NONE };
  }
  if (!isObject(payload)) return { violation };
  const { payload: repaired, repairs } = repairRequest(action, payload);
  const whole = checkRequest(action, repaired) === undefined;
  return {
    received: payload,
    request: repaired as Members,
    repairs: whole ? repairs : [...repairs, 'salvaged'],
  };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
