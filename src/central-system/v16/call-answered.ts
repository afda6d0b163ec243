import type { CallAnswer } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Room } from '../room.ts';
import { configurationValue } from './core/get-configuration.ts';
import { learnConnectors } from './core/number-of-connectors.ts';
import { triggerAnswered } from './remote-trigger/trigger-message.ts';

export interface AnsweredCall {
  readonly action: string;
  readonly request: unknown;
  readonly answer: CallAnswer;
}

/**
 * What Farad learns from the answer to a CALL of its own. The gate for a triggered message opens before this returns its promise, since that
 * message may be the next frame.
 */
export async function noteAnswer(
  room: Room,
  chargePoint: ChargePoint,
  { action, request, answer }: AnsweredCall,
): Promise<void> {
  const now = room.clock();
  if (answer.kind === 'result') {
    if (action === 'TriggerMessage' || action === 'ExtendedTriggerMessage') {
      triggerAnswered(chargePoint, action, request, answer.payload);
    }
    if (action === 'GetConfiguration') {
      const told = configurationValue(answer.payload, 'NumberOfConnectors');
      if (told !== undefined) await learnConnectors(room, chargePoint, Number(told), now);
    }
  }
  await room.store.chargePoints.update(chargePoint.id, { lastAnsweredAt: now }, now);
}
