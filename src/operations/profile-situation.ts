import type { InstalledProfile } from '../smart-charging/charging-profile.ts';
import {
  type ProfileLimits,
  type ProfileWarning,
  profileWarnings,
} from '../smart-charging/profile-warnings.ts';
import { replaces } from '../store/charging-profile-record.ts';
import type { Store } from '../store/store.ts';

type ProfileStore = Pick<Store, 'chargingProfiles' | 'configurations' | 'transactions'>;

/** What a charge point told of its limits for charging profiles (OCPP 1.6 ed. 2 §9.4). */
export function profileLimits(
  { configurations }: Pick<Store, 'configurations'>,
  chargePointId: string,
): ProfileLimits {
  const value = (key: string): string | null => configurations.get(chargePointId, key)?.value ?? null;
  return {
    maxStackLevel: wholeNumber(value('ChargeProfileMaxStackLevel')),
    maxPeriods: wholeNumber(value('ChargingScheduleMaxPeriods')),
    maxInstalled: wholeNumber(value('MaxChargingProfilesInstalled')),
    units: unitsOf(value('ChargingScheduleAllowedChargingRateUnit')),
  };
}

/** What an operator should know before a profile is sent to a charge point. */
export function warningsBeforeSetting(
  store: ProfileStore,
  chargePointId: string,
  { connectorId, profile }: InstalledProfile,
  now: number,
): ProfileWarning[] {
  const newcomer = {
    connectorId,
    chargingProfileId: profile.chargingProfileId,
    purpose: profile.chargingProfilePurpose,
    stackLevel: profile.stackLevel,
  };
  const installed = store.chargingProfiles
    .of(chargePointId)
    .filter(({ doubtfulSince }) => doubtfulSince === null);
  return profileWarnings(connectorId, profile, {
    limits: profileLimits(store, chargePointId),
    installed,
    replaced: installed.filter((held) => replaces(newcomer, held)),
    transactionId: store.transactions.openOn(chargePointId, connectorId)?.transactionId ?? null,
    now,
  });
}

function wholeNumber(value: string | null): number | null {
  return value !== null && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : null;
}

/** `Current` means A and `Power` W (errata 3.88); firmware was met that names the units themselves. */
function unitsOf(value: string | null): ('A' | 'W')[] | null {
  const words = (value ?? '').split(',').map((word) => word.trim().toLowerCase());
  const units: ('A' | 'W')[] = [];
  if (words.includes('current') || words.includes('a')) units.push('A');
  if (words.includes('power') || words.includes('w')) units.push('W');
  return units.length > 0 ? units : null;
}
