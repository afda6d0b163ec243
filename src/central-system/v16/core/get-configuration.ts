import type { Follower } from '../follower.ts';
import { learnConnectors } from './number-of-connectors.ts';

/** What the charge point told of its configuration (OCPP 1.6 ed. 2 §5.8). */
export const getConfigurationAnswered: Follower<'GetConfiguration'> = async (
  room,
  chargePoint,
  _call,
  answer,
) => {
  if (answer.kind !== 'result') return;
  const told = configurationValue(answer.payload, 'NumberOfConnectors');
  if (told !== undefined) await learnConnectors(room, chargePoint, Number(told), room.clock());
};

/** The value of a key in a GetConfiguration response (OCPP 1.6 ed. 2 §6.24); keys are CiStrings. Undefined where it is not told. */
export function configurationValue(response: unknown, key: string): string | undefined {
  if (typeof response !== 'object' || response === null || !('configurationKey' in response))
    return undefined;
  if (!Array.isArray(response.configurationKey)) return undefined;
  const wanted = key.toLowerCase();
  for (const entry of response.configurationKey as readonly Partial<Record<string, unknown>>[]) {
    if (typeof entry?.key === 'string' && entry.key.toLowerCase() === wanted) {
      return typeof entry.value === 'string' ? entry.value : undefined;
    }
  }
  return undefined;
}
