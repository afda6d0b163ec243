import { membersOf } from '../protocol/members.ts';
import { readProfile, type SecurityProfile, setsSecurityProfile } from './security-profile.ts';
import type { Store } from './store.ts';

type ProfileSources = Pick<Store, 'settings' | 'security' | 'configurations' | 'sessions'>;

/**
 * The profile that must not be lowered over OCPP: the one that is fixed, else the highest of what the charge
 * point has told of its configuration and of what it is connected with.
 */
export function currentProfile(
  { settings, security, configurations, sessions }: ProfileSources,
  chargePointId: string,
): number {
  const { fixed } = security.state(chargePointId, settings.get(chargePointId));
  if (fixed !== undefined) return fixed;
  const key = configurations.get(chargePointId, 'SecurityProfile');
  // What a ChangeConfiguration has set may never have come to pass.
  const told = key?.learntFrom === 'GetConfiguration' ? (readProfile(key.value) ?? 0) : 0;
  const used = sessions.get(chargePointId)?.securityProfile ?? 0;
  return Math.max(told, used);
}

/**
 * The current profile where a CALL would lower or leave it, else undefined: OCPP is no way to lower it
 * (security whitepaper ed. 3 A00.FR.005, A05.FR.01). A value that is no single digit counts as lower.
 */
export function loweredFrom(
  store: ProfileSources,
  chargePointId: string,
  action: string,
  payload: unknown,
): number | undefined {
  const wanted = wantedProfile(action, payload);
  if (wanted === undefined) return undefined;
  const current = currentProfile(store, chargePointId);
  return wanted === null || wanted <= current ? current : undefined;
}

/**
 * The profile that a CALL asks a charge point to change to; undefined where it is about something else,
 * `null` where nobody knows how it is read.
 */
export function wantedProfile(action: string, payload: unknown): SecurityProfile | null | undefined {
  if (action !== 'ChangeConfiguration') return undefined;
  const { key, value } = membersOf(payload);
  if (typeof key !== 'string' || !setsSecurityProfile(key)) return undefined;
  return (typeof value === 'string' ? readProfile(value) : undefined) ?? null;
}
