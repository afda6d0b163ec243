import { membersOf } from '../../../protocol/members.ts';
import type { ToldKey } from '../../../store/configuration-record.ts';
import type { Follower } from '../follower.ts';
import { learnConnectors } from './number-of-connectors.ts';

/**
 * GetConfiguration (OCPP 1.6 ed. 2 §5.8): keys are learnt with what was told of them. The answer is read as
 * far as it can be, whatever the schema says; what it does not mention stays as it was.
 */
export const getConfigurationAnswered: Follower<'GetConfiguration'> = async (
  context,
  chargePoint,
  _call,
  answer,
) => {
  if (answer.kind !== 'result') return;
  const now = context.clock();
  const known = listIn(answer.payload, 'configurationKey').flatMap(toldKey);
  const unknown = listIn(answer.payload, 'unknownKey').filter((key) => typeof key === 'string');
  const connectors = known.find(({ key }) => key.toLowerCase() === 'numberofconnectors')?.value;
  await Promise.all([
    context.store.configurations.told(chargePoint.id, known, unknown, now),
    typeof connectors === 'string' && learnConnectors(context, chargePoint, Number(connectors), now)?.(),
  ]);
};

function listIn(payload: unknown, name: string): readonly unknown[] {
  const list = membersOf(payload)[name];
  return Array.isArray(list) ? list : [];
}

function toldKey(entry: unknown): ToldKey[] {
  const { key, value, readonly } = membersOf(entry);
  if (typeof key !== 'string') return [];
  return [
    {
      key,
      value: typeof value === 'string' ? value : null,
      readonly: typeof readonly === 'boolean' ? readonly : null,
    },
  ];
}
