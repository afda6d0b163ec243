import type { CentralSystemAction } from '../../protocol/v16/actions.ts';
import type { OutgoingCall } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { diagnosticsAsked } from './firmware-management/get-diagnostics.ts';
import { firmwareAsked } from './firmware-management/update-firmware.ts';
import type { Herald } from './herald.ts';
import { localListLeaving } from './local-auth-list-management/send-local-list.ts';
import { reserveNowLeaving } from './reservation/reserve-now.ts';
import { authorizationKeyLeaving } from './security/authorization-key.ts';
import { certificateSignedLeaving } from './security/certificate-signed.ts';
import { logAsked } from './security/get-log.ts';
import { securityProfileLeaving } from './security/security-profile.ts';
import { signedFirmwareAsked } from './security/signed-update-firmware.ts';

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
