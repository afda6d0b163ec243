import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FleetCensus, type IndexedChargePoint, NEVER } from './fleet-index.ts';

/** A certificate that ends within this time is to be renewed, ms. */
const NEAR_MS = 30 * 24 * 3_600_000;

/** The present profile of a charge point as filters name it. */
export const PROFILE_NAMES = ['0', '1', '2', '3', 'unknown'] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];

export function profileName({ securityProfile }: IndexedChargePoint): ProfileName {
  return securityProfile === undefined ? 'unknown' : `${securityProfile}`;
}

/** Charge points by their security. */
export interface FleetSecurity {
  readonly profiles: Readonly<Record<ProfileName, number>>;
  /** On their way to a higher profile. */
  readonly pending: number;
  readonly certificates: {
    /** Good for longer than 30 days. */
    readonly good: number;
    readonly expiring: number;
    readonly expired: number;
  };
}

/** Counted in one go before others get their turn. */
const SLICE = 10_000;

/** Each census is counted once. */
const counted = new WeakMap<FleetCensus, Promise<FleetSecurity>>();

/** Counts the charge points of a census by their security. */
export function fleetSecurity(census: FleetCensus): Promise<FleetSecurity> {
  const known = counted.get(census) ?? count(census);
  counted.set(census, known);
  return known;
}

async function count({ at, chargePoints }: FleetCensus): Promise<FleetSecurity> {
  const profiles: Record<ProfileName, number> = { 0: 0, 1: 0, 2: 0, 3: 0, unknown: 0 };
  const certificates = { good: 0, expiring: 0, expired: 0 };
  let pending = 0;
  for (const [index, chargePoint] of chargePoints.entries()) {
    if (index > 0 && index % SLICE === 0) await nextTurn();
    profiles[profileName(chargePoint)]++;
    if (chargePoint.isProfilePending) pending++;
    const left = chargePoint.certificateExpiresAt - at;
    if (chargePoint.certificateExpiresAt === NEVER) continue;
    certificates[left <= 0 ? 'expired' : left <= NEAR_MS ? 'expiring' : 'good']++;
  }
  return { profiles, pending, certificates };
}
