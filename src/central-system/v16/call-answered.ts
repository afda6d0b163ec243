import type { CentralSystemAction } from '../../protocol/v16/actions.ts';
import type { CallAnswer, OutgoingCall } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { availabilityAnswered } from './core/change-availability.ts';
import { changeConfigurationAnswered } from './core/change-configuration.ts';
import { getConfigurationAnswered } from './core/get-configuration.ts';
import { resetAnswered } from './core/reset.ts';
import { diagnosticsAnswered } from './firmware-management/get-diagnostics.ts';
import { firmwareAnswered } from './firmware-management/update-firmware.ts';
import { keepCommand } from './follow-up.ts';
import type { Follower } from './follower.ts';
import { localListVersionAnswered } from './local-auth-list-management/get-local-list-version.ts';
import { localListAnswered } from './local-auth-list-management/send-local-list.ts';
import { triggerAnswered } from './remote-trigger/trigger-message.ts';
import { cancelReservationAnswered } from './reservation/cancel-reservation.ts';
import { reserveNowAnswered } from './reservation/reserve-now.ts';
import { rootDeleted } from './security/delete-certificate.ts';
import { installedCertificatesTold } from './security/get-installed-certificate-ids.ts';
import { logAnswered } from './security/get-log.ts';
import { rootInstalled } from './security/install-certificate.ts';
import { signedFirmwareAnswered } from './security/signed-update-firmware.ts';
import { clearChargingProfileAnswered } from './smart-charging/clear-charging-profile.ts';
import { compositeScheduleAnswered } from './smart-charging/get-composite-schedule.ts';
import { setChargingProfileAnswered } from './smart-charging/set-charging-profile.ts';

/**
 * What Farad learns from the answers to its own CALLs; for an action that is not here there is nothing to
 * learn.
 */
const followers: { readonly [A in CentralSystemAction]?: Follower<A> } = {
  CancelReservation: cancelReservationAnswered,
  ChangeAvailability: availabilityAnswered,
  ChangeConfiguration: changeConfigurationAnswered,
  ClearChargingProfile: clearChargingProfileAnswered,
  DeleteCertificate: rootDeleted,
  ExtendedTriggerMessage: triggerAnswered,
  GetCompositeSchedule: compositeScheduleAnswered,
  GetConfiguration: getConfigurationAnswered,
  GetDiagnostics: diagnosticsAnswered,
  GetInstalledCertificateIds: installedCertificatesTold,
  GetLocalListVersion: localListVersionAnswered,
  GetLog: logAnswered,
  InstallCertificate: rootInstalled,
  ReserveNow: reserveNowAnswered,
  Reset: resetAnswered,
  SendLocalList: localListAnswered,
  SetChargingProfile: setChargingProfileAnswered,
  SignedUpdateFirmware: signedFirmwareAnswered,
  TriggerMessage: triggerAnswered,
  UpdateFirmware: firmwareAnswered,
};

/**
 * Follows what became of a CALL of ours. The gate for a triggered message opens before this returns its
 * promise, since that message may be the next frame; the same goes for the order of writes.
 */
export async function noteAnswer(
  context: Context,
  chargePoint: ChargePoint,
  call: OutgoingCall,
  answer: CallAnswer,
): Promise<void> {
  const now = context.clock();
  // The table pairs every action with a follower of its request; that is beyond what the type of a look-up
  // can say.
  const follower = followers[call.action as CentralSystemAction] as Follower<'ClearCache'> | undefined;
  const following = follower?.(context, chargePoint, { ...call, payload: call.payload as never }, answer);
  const keeping = keepCommand(context, chargePoint, call, answer);
  const answered = answer.kind !== 'none';
  await Promise.all([
    following,
    keeping,
    call.reference !== undefined && settleReference(context, chargePoint, call.reference, answer),
    answered && context.store.chargePoints.update(chargePoint.id, { lastAnsweredAt: now }, now),
  ]);
}

function settleReference(
  { store }: Context,
  { id }: ChargePoint,
  reference: string,
  answer: CallAnswer,
): Promise<void> {
  const neverLeft = answer.kind === 'none' && answer.reason === 'not_sent';
  return neverLeft
    ? store.referencedCalls.notSent(id, reference)
    : store.referencedCalls.answered(id, reference, answer);
}
