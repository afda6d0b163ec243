import type { CallAnswer } from '../../../src/central-system/central-system.ts';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { checkRequest } from '../../../src/protocol/v16/validate.ts';
import type { Stand } from './central-system-fixture.ts';

export const result = (payload: unknown): CallAnswer => ({ kind: 'result', payload });

let calls = 0;

export interface Asked {
  readonly messageId: string;
  /** What the edge tells once the charge point has answered, or has not. */
  answer(answer: CallAnswer): Promise<void>;
}

/** A CALL of ours as the edge sends one: kept first, then on its way. */
export async function leave(
  stand: Stand,
  chargePoint: ChargePoint,
  action: Parameters<typeof checkRequest>[0],
  payload: unknown,
  reference?: string,
): Promise<Asked> {
  const violation = checkRequest(action, payload);
  if (violation) throw new Error(violation.description);
  const messageId = `out-${++calls}`;
  const call = { messageId, action, payload, sentAt: stand.now, ...(reference && { reference }) };
  if ((await stand.central.beforeCall(chargePoint, call)) === false)
    throw new Error(`${action} was not kept`);
  return { messageId, answer: (answer) => stand.central.onCallAnswered(chargePoint, call, answer) };
}

/** A CALL of ours with its answer. */
export async function ask(
  stand: Stand,
  chargePoint: ChargePoint,
  action: Parameters<typeof checkRequest>[0],
  payload: unknown,
  answer: CallAnswer,
  reference?: string,
): Promise<Asked> {
  const asked = await leave(stand, chargePoint, action, payload, reference);
  await asked.answer(answer);
  return asked;
}
