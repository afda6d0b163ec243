import type { CentralSystemAction } from '../../protocol/v16/actions.ts';
import { loweredFrom } from '../../store/current-profile.ts';
import type { CallAnswer, CallBar, OutgoingCall } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { availabilityAnswered } from './core/change-availability.ts';
import { changeConfigurationAnswered } from './core/change-configuration.ts';
import { getConfigurationAnswered } from './core/get-configuration.ts';
import { resetAnswered } from './core/reset.ts';
import { diagnosticsAnswered, diagnosticsAsked } from './firmware-management/get-diagnostics.ts';
import { firmwareAnswered, firmwareAsked } from './firmware-management/update-firmware.ts';
import { keepCommand } from './follow-up.ts';
import type { Follower } from './follower.ts';
import type { Herald } from './herald.ts';
import { localListVersionAnswered } from './local-auth-list-management/get-local-list-version.ts';
import { localListAnswered, localListLeaving } from './local-auth-list-management/send-local-list.ts';
import { triggerAnswered } from './remote-trigger/trigger-message.ts';
import { cancelReservationAnswered } from './reservation/cancel-reservation.ts';
import { reserveNowAnswered, reserveNowLeaving } from './reservation/reserve-now.ts';
import { authorizationKeyLeaving } from './security/authorization-key.ts';
import { certificateSignedLeaving } from './security/certificate-signed.ts';
import { rootDeleted } from './security/delete-certificate.ts';
import { installedCertificatesTold } from './security/get-installed-certificate-ids.ts';
import { logAnswered, logAsked } from './security/get-log.ts';
import { rootInstalled } from './security/install-certificate.ts';
import { securityProfileLeaving } from './security/security-profile.ts';
import { signedFirmwareAnswered, signedFirmwareAsked } from './security/signed-update-firmware.ts';
import { clearChargingProfileAnswered } from './smart-charging/clear-charging-profile.ts';
import { compositeScheduleAnswered } from './smart-charging/get-composite-schedule.ts';
import { setChargingProfileAnswered } from './smart-charging/set-charging-profile.ts';

const heralds: { readonly [A in CentralSystemAction]?: Herald<A> } = {
  CertificateSigned: certificateSignedLeaving,
  ChangeConfiguration: (...call) => authorizationKeyLeaving(...call) ?? securityProfileLeaving(...call),
  GetDiagnostics: diagnosticsAsked,
  GetLog: logAsked,
  ReserveNow: reserveNowLeaving,
  SendLocalList: localListLeaving,
  SignedUpdateFirmware: signedFirmwareAsked,
  UpdateFirmware: firmwareAsked,
};

/** What has to be on the disk before a CALL of ours leaves; undefined for most CALLs, where it is nothing. */
export function noteLeaving(
  context: Context,
  chargePoint: ChargePoint,
  call: OutgoingCall,
): Promise<void> | undefined {
  // The table pairs every action with a herald of its request; that is beyond what the type of a look-up can
  // say.
  const herald = heralds[call.action as CentralSystemAction] as Herald<'ClearCache'> | undefined;
  const { reference, action, messageId, sentAt } = call;
  const announced = herald?.(context, chargePoint, { ...call, payload: call.payload as never });
  if (reference === undefined) return announced;
  const referenced = context.store.referencedCalls.sent(chargePoint.id, {
    reference,
    action,
    messageId,
    sentAt,
  });
  return Promise.all([announced, referenced]).then(() => undefined);
}

/**
 * Why a CALL must not be sent: the present registration of the charge point (OCPP 1.6 ed. 2 §4.2, errata
 * 3.40), or a security profile that it would lower (security whitepaper ed. 3 A00.FR.005).
 */
export function barTo(
  { store }: Context,
  chargePoint: ChargePoint,
  action: string,
  payload: unknown,
): CallBar | undefined {
  if (!maySend(chargePoint, action, payload)) return 'registration_state';
  const lowered = loweredFrom(store, chargePoint.id, action, payload);
  return lowered === undefined ? undefined : 'security_profile_not_raised';
}

/**
 * Whether a CALL may be sent to the charge point: none to a rejected one, no remote start or stop before it
 * is accepted (§4.2), and no request for a BootNotification after it was (errata 3.40).
 */
function maySend(chargePoint: ChargePoint, action: string, payload: unknown): boolean {
  switch (chargePoint.registration) {
    case 'Accepted':
      return !asksForBoot(action, payload);
    case 'Rejected':
      return false;
    default:
      return action !== 'RemoteStartTransaction' && action !== 'RemoteStopTransaction';
  }
}

function asksForBoot(action: string, payload: unknown): boolean {
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return false;
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'requestedMessage' in payload &&
    payload.requestedMessage === 'BootNotification'
  );
}

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
