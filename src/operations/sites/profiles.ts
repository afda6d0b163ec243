import type {
  ClearChargingProfileRequest,
  SetChargingProfileRequest,
} from '../../protocol/v16/generated/messages.ts';
import type { ChargingProfileRecord } from '../../store/charging-profile-record.ts';
import type { SiteMember } from '../../store/site-record.ts';
import type { Store } from '../../store/store.ts';

/** Ids of the profiles that the planner sets: apart from those that operators choose, and two per connector. */
const FIRST_ID = 1_600_000_000;

export type PlannedPurpose = 'TxProfile' | 'TxDefaultProfile';

function profileId(connectorId: number, purpose: PlannedPurpose): number {
  return FIRST_ID + 2 * connectorId + (purpose === 'TxProfile' ? 1 : 0);
}

/** What a charge point told about the profiles that it takes (OCPP 1.6 ed. 2 §9.4). */
interface Abilities {
  readonly stackLevel: number;
  readonly unit: 'A' | 'W';
}

/** The highest level, so that nothing stands above; 0, which every charge point takes, where it has told none. */
function abilitiesOf({ configurations }: Pick<Store, 'configurations'>, chargePointId: string): Abilities {
  const level = Number(configurations.get(chargePointId, 'ChargeProfileMaxStackLevel')?.value ?? 0);
  const units = configurations.get(chargePointId, 'ChargingScheduleAllowedChargingRateUnit')?.value;
  const onlyPower = units !== undefined && units !== null && /power/i.test(units) && !/current/i.test(units);
  return { stackLevel: Number.isInteger(level) && level > 0 ? level : 0, unit: onlyPower ? 'W' : 'A' };
}

/**
 * A profile that allows `current` (tenths of an ampere per phase) for as long as it is there. Relative and without a start, so that
 * the clock of the charge point does not matter (OCPP 1.6 ed. 2 §7.9).
 */
export function limitProfile(
  store: Pick<Store, 'configurations'>,
  { chargePointId, connectorId, phases }: Pick<SiteMember, 'chargePointId' | 'connectorId' | 'phases'>,
  { current, voltage, transactionId }: { current: number; voltage: number; transactionId: number | null },
): SetChargingProfileRequest {
  const { stackLevel, unit } = abilitiesOf(store, chargePointId);
  const purpose = transactionId === null ? 'TxDefaultProfile' : 'TxProfile';
  const numberPhases = phases.length;
  const limit = unit === 'A' ? current / 10 : Math.floor(current * voltage * numberPhases) / 10;
  return {
    connectorId,
    csChargingProfiles: {
      chargingProfileId: profileId(connectorId, purpose),
      ...(transactionId !== null && { transactionId }),
      stackLevel,
      chargingProfilePurpose: purpose,
      chargingProfileKind: 'Relative',
      chargingSchedule: {
        chargingRateUnit: unit,
        chargingSchedulePeriod: [{ startPeriod: 0, limit, numberPhases }],
      },
    },
  };
}

export function clearProfile(connectorId: number, purpose: PlannedPurpose): ClearChargingProfileRequest {
  return { id: profileId(connectorId, purpose) };
}

/** Whether a profile of ours holds: it is there and nothing stands above it, something does, or it is gone. */
export type Held = 'ours' | 'hidden' | 'gone';

/** What of ours is in force on a connector, by the profiles that its charge point holds. */
export function heldProfiles(
  held: readonly ChargingProfileRecord[],
  connectorId: number,
): { readonly tx: Held; readonly txDefault: Held } {
  const state = (purpose: PlannedPurpose): Held => {
    const here = held.filter((profile) => profile.purpose === purpose && profile.connectorId === connectorId);
    const ours = here.find(({ chargingProfileId }) => chargingProfileId === profileId(connectorId, purpose));
    if (ours === undefined) return 'gone';
    const others = held.filter(
      (profile) =>
        profile.purpose === purpose && (profile.connectorId === connectorId || profile.connectorId === 0),
    );
    return others.some(({ stackLevel }) => stackLevel > ours.stackLevel) ? 'hidden' : 'ours';
  };
  return { tx: state('TxProfile'), txDefault: state('TxDefaultProfile') };
}
