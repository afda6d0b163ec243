import type { ChargingProfile } from '../../../protocol/v16/generated/messages.ts';
import type { ChargePoint } from '../../charge-point.ts';
import type { Context } from '../../context.ts';
import { isUnanswered } from '../expectation.ts';
import { type CallOf, type Follower, statusOf } from '../follower.ts';

/**
 * SetChargingProfile (OCPP 1.6 ed. 2 §5.16): only Accepted installs. Rejected, NotSupported and CALLERRORs
 * (errata 3.38, 3.39) change nothing; without an answer the profile may be there.
 */
export const setChargingProfileAnswered: Follower<'SetChargingProfile'> = (
  context,
  chargePoint,
  call,
  answer,
) => {
  const accepted = statusOf(answer) === 'Accepted';
  if (!accepted && !isUnanswered(answer)) return undefined;
  const { store, clock } = context;
  const { connectorId, csChargingProfiles: profile } = call.payload;
  const transactionId = transactionOf(context, chargePoint, call);
  if (transactionId === 'ended') return undefined;
  const input = {
    chargePointId: chargePoint.id,
    connectorId,
    profile,
    transactionId,
    source: 'SetChargingProfile',
    messageId: call.messageId,
    at: clock(),
  } as const;
  return accepted ? store.chargingProfiles.installed(input) : store.chargingProfiles.perhapsInstalled(input);
};

/**
 * The transaction that a TxProfile dies with: the one that it names, else the one that runs on its connector.
 */
function transactionOf(
  { store }: Context,
  { openTransactions }: ChargePoint,
  call: CallOf<'SetChargingProfile'>,
): number | null | 'ended' {
  const { connectorId, csChargingProfiles } = call.payload;
  const { chargingProfilePurpose, transactionId }: ChargingProfile = csChargingProfiles;
  if (chargingProfilePurpose !== 'TxProfile') return null;
  if (transactionId === undefined) {
    return openTransactions.find(([connector]) => connector === connectorId)?.[1] ?? null;
  }
  const known = store.transactions.get(transactionId);
  return known !== undefined && known.state !== 'open' ? 'ended' : transactionId;
}
