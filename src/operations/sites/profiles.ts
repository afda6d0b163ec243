import type { Order } from '../../protocol/orders.ts';
import type { ChargingProfileRecord } from '../../store/charging-profile-record.ts';
import { dialectOfChargePoint } from '../../store/sessions.ts';
import type { SiteMember } from '../../store/site-record.ts';
import type { Store } from '../../store/store.ts';

/**
 * Ids of the profiles that the planner sets: apart from those that operators choose, and two per connector.
 */
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

/**
 * The highest level, so that nothing stands above; 0, which every charge point takes, where it has told none.
 */
function abilitiesOf({ configurations }: Pick<Store, 'configurations'>, chargePointId: string): Abilities {
  const level = Number(configurations.get(chargePointId, 'ChargeProfileMaxStackLevel')?.value ?? 0);
  const units = configurations.get(chargePointId, 'ChargingScheduleAllowedChargingRateUnit')?.value;
  const onlyPower = units !== undefined && units !== null && /power/i.test(units) && !/current/i.test(units);
  return { stackLevel: Number.isInteger(level) && level > 0 ? level : 0, unit: onlyPower ? 'W' : 'A' };
}

/**
 * Allows `current` (tenths of an ampere per phase), to one transaction or to whatever runs on the connector.
 */
export function limitOrder(
  store: Pick<Store, 'configurations' | 'sessions'>,
  { chargePointId, connectorId, phases }: Pick<SiteMember, 'chargePointId' | 'connectorId' | 'phases'>,
  { current, voltage, transactionId }: { current: number; voltage: number; transactionId: number | null },
): Order {
  const { stackLevel, unit } = abilitiesOf(store, chargePointId);
  const limit = unit === 'A' ? current / 10 : Math.floor(current * voltage * phases.length) / 10;
  return dialectOfChargePoint(store, chargePointId).orders.setLimit({
    profileId: profileId(connectorId, transactionId === null ? 'TxDefaultProfile' : 'TxProfile'),
    connectorId,
    transactionId,
    stackLevel,
    unit,
    limit,
    phases: phases.length,
  });
}

/** Takes such a limit away. */
export function clearOrder(
  store: Pick<Store, 'sessions'>,
  { chargePointId, connectorId }: Pick<SiteMember, 'chargePointId' | 'connectorId'>,
  purpose: PlannedPurpose,
): Order {
  return dialectOfChargePoint(store, chargePointId).orders.clearLimit(profileId(connectorId, purpose));
}

/**
 * Whether a profile of ours holds: it is there and nothing stands above it, something does, or it is gone.
 */
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
