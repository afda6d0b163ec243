import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ClearChargingProfileRequest } from '../../protocol/v16/generated/messages.ts';
import type { Commands, Controls, InstalledProfile } from '../controls.ts';

/** Central System commands of the Smart Charging profile (OCPP 1.6 ed. 2 §5.5, §5.7, §5.16). Profiles are kept; power does not follow them yet. */
export const smartChargingCommands = {
  SetChargingProfile: (controls, { connectorId, csChargingProfiles: profile }) => {
    if (connectorId !== 0 && controls.connector(connectorId) === undefined)
      return { payload: { status: 'Rejected' } };
    if (
      profile.chargingProfilePurpose === 'TxProfile' &&
      !fitsTransaction(controls, connectorId, profile.transactionId)
    ) {
      return { payload: { status: 'Rejected' } };
    }
    if (profile.chargingProfilePurpose === 'ChargePointMaxProfile' && connectorId !== 0) {
      return { payload: { status: 'Rejected' } };
    }
    // A profile replaces the one of its id, and the one of its level and purpose on the same connector (OCPP 1.6 ed. 2 §5.16.2).
    const others = controls.profiles.filter(
      (installed) =>
        installed.profile.chargingProfileId !== profile.chargingProfileId &&
        !(
          installed.connectorId === connectorId &&
          installed.profile.stackLevel === profile.stackLevel &&
          installed.profile.chargingProfilePurpose === profile.chargingProfilePurpose
        ),
    );
    if (others.length >= controls.configuration.number('MaxChargingProfilesInstalled')) {
      return { payload: { status: 'Rejected' } };
    }
    controls.profiles = [...others, { connectorId, profile }];
    return { payload: { status: 'Accepted' } };
  },

  ClearChargingProfile: (controls, criteria) => {
    const left = controls.profiles.filter((installed) => !matches(installed, criteria));
    const status = left.length === controls.profiles.length ? 'Unknown' : 'Accepted';
    controls.profiles = left;
    return { payload: { status } };
  },

  GetCompositeSchedule: (controls, { connectorId, duration, chargingRateUnit }) => {
    if (connectorId !== 0 && controls.connector(connectorId) === undefined)
      return { payload: { status: 'Rejected' } };
    const { scheduler } = controls.world;
    const top = controls.profiles
      .filter((installed) => installed.connectorId === connectorId || installed.connectorId === 0)
      .filter(
        ({ profile }) =>
          chargingRateUnit === undefined || profile.chargingSchedule.chargingRateUnit === chargingRateUnit,
      )
      .reduce<InstalledProfile | undefined>(
        (best, installed) =>
          best === undefined || installed.profile.stackLevel > best.profile.stackLevel ? installed : best,
        undefined,
      );
    if (top === undefined) return { payload: { status: 'Rejected' } };
    // The periods of the highest profile as they were set. startSchedule must not be in the answer (errata 3.57).
    const { startSchedule: _, ...schedule } = top.profile.chargingSchedule;
    return {
      payload: {
        status: 'Accepted',
        connectorId,
        scheduleStart: writeTimestamp(scheduler.epochMs(scheduler.now())),
        chargingSchedule: { ...schedule, duration: Math.min(duration, schedule.duration ?? duration) },
      },
    };
  },
} satisfies Commands;

/** A TxProfile needs a running transaction, and if it names one, that one (OCPP 1.6 ed. 2 §5.16.1). */
function fitsTransaction(
  controls: Controls,
  connectorId: number,
  transactionId: number | undefined,
): boolean {
  const session = controls.connector(connectorId)?.session;
  return session !== undefined && (transactionId === undefined || transactionId === session.transactionId);
}

/** Errata 3.25, 3.26: an id stands alone, other criteria hold together; 0 is a value and not "any". */
function matches({ connectorId, profile }: InstalledProfile, criteria: ClearChargingProfileRequest): boolean {
  if (criteria.id !== undefined) return profile.chargingProfileId === criteria.id;
  return (
    (criteria.connectorId === undefined || criteria.connectorId === connectorId) &&
    (criteria.chargingProfilePurpose === undefined ||
      criteria.chargingProfilePurpose === profile.chargingProfilePurpose) &&
    (criteria.stackLevel === undefined || criteria.stackLevel === profile.stackLevel)
  );
}
