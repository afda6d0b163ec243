import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ClearChargingProfileRequest } from '../../protocol/v16/generated/messages.ts';
import { VOLTS } from '../charge.ts';
import type { Connector } from '../connector.ts';
import type { Commands, Controls } from '../controls.ts';
import type { InstalledProfile } from '../installed-profile.ts';
import { type Offer, offerAt } from '../offer.ts';

/** Central System commands of the Smart Charging profile (OCPP 1.6 ed. 2 §5.5, §5.7, §5.16). */
export const smartChargingCommands = {
  SetChargingProfile: (controls, { connectorId, csChargingProfiles: profile }) => {
    if (!controls.world.habits.takesProfiles(controls.index)) return { payload: { status: 'Rejected' } };
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
    // A profile replaces the one of its id, and the one of its level and purpose on the same connector
    // (OCPP 1.6 ed. 2 §5.16.2).
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

  GetCompositeSchedule: (controls, { connectorId, duration, chargingRateUnit = 'A' }) => {
    const connectors = controls.connectors.filter(({ id }) => connectorId === 0 || id === connectorId);
    if (connectors.length === 0) return { payload: { status: 'Rejected' } };
    const { scheduler } = controls.world;
    const start = scheduler.epochMs(scheduler.now());
    const chargingSchedulePeriod: { startPeriod: number; limit: number; numberPhases?: number }[] = [];
    for (let at = start; at === start || at < start + duration * 1000; ) {
      const { current, numberPhases, until } = offerOf(controls, connectors, at);
      const rate = chargingRateUnit === 'A' ? current : current * VOLTS * (numberPhases ?? 3);
      chargingSchedulePeriod.push({
        startPeriod: Math.round((at - start) / 1000),
        limit: Math.floor(rate * 10 + 1e-6) / 10,
        ...(numberPhases !== undefined && { numberPhases }),
      });
      at = Math.max(until, at + 1000);
    }
    return {
      payload: {
        status: 'Accepted',
        connectorId,
        scheduleStart: writeTimestamp(start),
        // startSchedule must not be in it (errata 3.57).
        chargingSchedule: { duration, chargingRateUnit, chargingSchedulePeriod },
      },
    };
  },
} satisfies Commands;

/**
 * What some connectors are offered together, never more than they have or than the charge point as a whole
 * may take.
 */
function offerOf(controls: Controls, connectors: readonly Connector[], at: number): Offer {
  const { profiles, hardware } = controls;
  const has = hardware.maxPowerW / (VOLTS * hardware.phases);
  const nobody = { connectorId: 0, transactionId: undefined, startedAt: at };
  const whole = offerAt(
    profiles.filter(({ profile }) => profile.chargingProfilePurpose === 'ChargePointMaxProfile'),
    nobody,
    at,
  );
  const offers = connectors.map(({ id, session }) =>
    offerAt(
      profiles,
      { connectorId: id, transactionId: session?.transactionId, startedAt: session?.startedAt ?? at },
      at,
    ),
  );
  const sum = offers.reduce((total, { current }) => total + Math.min(current, has), 0);
  return {
    current: Math.min(sum, whole.current),
    numberPhases: offers.length === 1 ? offers[0]?.numberPhases : undefined,
    until: Math.min(...offers.map(({ until }) => until)),
  };
}

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
