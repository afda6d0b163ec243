import { loweredFrom } from '../../store/current-profile.ts';
import type { CallBar } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { maySend } from './registration.ts';

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
