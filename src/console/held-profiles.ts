import type { ChargingProfile, HeldProfile, InstalledProfile } from './charging-profile.ts';
import type { Message } from './model.ts';

interface Clearing {
  readonly id?: number;
  readonly connectorId?: number;
  readonly chargingProfilePurpose?: string;
  readonly stackLevel?: number;
}

/**
 * Which profiles a charge point held when: those that are known to be there, and what the message log shows
 * of others. `messages` are of SetChargingProfile and ClearChargingProfile, newest first; only what was
 * answered with Accepted counts.
 */
export function heldProfiles(
  installed: readonly InstalledProfile[],
  messages: readonly Message[],
): HeldProfile[] {
  const accepted = new Set(
    messages.flatMap(({ direction, type, messageId, payload }) =>
      direction === 'in' && type === 'CALLRESULT' && read(payload)?.status === 'Accepted' ? [messageId] : [],
    ),
  );
  let held: (HeldProfile & { until: number })[] = [];
  const end = (at: number, concerns: (one: HeldProfile) => boolean) => {
    for (const one of held) if (one.until > at && concerns(one)) one.until = at;
  };
  for (const { direction, type, action, messageId, payload, receivedAt } of messages.toReversed()) {
    if (direction !== 'out' || type !== 'CALL' || !accepted.has(messageId)) continue;
    const at = Date.parse(receivedAt);
    const request = read(payload);
    if (action === 'ClearChargingProfile') end(at, (one) => isCleared(one, request as Clearing));
    const profile = request?.csChargingProfiles as ChargingProfile | undefined;
    if (action !== 'SetChargingProfile' || !profile) continue;
    const newcomer = { connectorId: Number(request?.connectorId), profile, from: at, until: Infinity };
    end(at, (one) => isReplaced(one, newcomer));
    held.push(newcomer);
  }
  for (const { connectorId, profile, installedAt } of installed) {
    const one = { connectorId, profile, from: Date.parse(installedAt), until: Infinity };
    // The log shows it as well, unless it does not go back so far.
    held = held.filter((known) => known.until !== Infinity || !isReplaced(known, one));
    held.push(one);
  }
  return held;
}

/** OCPP 1.6 ed. 2 §5.16.3, §3.13.2. */
function isReplaced(one: HeldProfile, newcomer: HeldProfile): boolean {
  if (one.profile.chargingProfileId === newcomer.profile.chargingProfileId) return true;
  return (
    one.connectorId === newcomer.connectorId &&
    one.profile.chargingProfilePurpose === newcomer.profile.chargingProfilePurpose &&
    one.profile.stackLevel === newcomer.profile.stackLevel
  );
}

/** OCPP 1.6 ed. 2 §6.13: an id alone decides; otherwise all that is given must fit. */
function isCleared({ connectorId, profile }: HeldProfile, by: Clearing): boolean {
  if (by.id !== undefined) return profile.chargingProfileId === by.id;
  return (
    (by.connectorId === undefined || by.connectorId === connectorId) &&
    (by.chargingProfilePurpose === undefined ||
      by.chargingProfilePurpose === profile.chargingProfilePurpose) &&
    (by.stackLevel === undefined || by.stackLevel === profile.stackLevel)
  );
}

/** Undefined where the log cut it off. */
function read(payload: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(payload) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
