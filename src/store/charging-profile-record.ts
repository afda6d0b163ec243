import type { ChargingProfile, ChargingProfilePurpose } from '../smart-charging/charging-profile.ts';

/**
 * A charging profile that a charge point holds, as far as its answers show (OCPP 1.6 ed. 2 §5.16). Times are
 * epoch ms.
 */
export interface ChargingProfileRecord {
  readonly chargePointId: string;
  /** Where it was set; 0 is the whole charge point. */
  readonly connectorId: number;
  readonly chargingProfileId: number;
  readonly purpose: ChargingProfilePurpose;
  readonly stackLevel: number;
  /**
   * The transaction with which a TxProfile dies; null for other purposes, and where none was known to run.
   */
  readonly transactionId: number | null;
  /** Of 1.6 as it went on the wire. */
  readonly profile: ChargingProfile;
  readonly source: 'SetChargingProfile' | 'RemoteStartTransaction';
  /** Of the CALL that brought it. */
  readonly messageId: string;
  readonly installedAt: number;
  /** Since when nobody knows whether it is there: the CALL that set, replaced or cleared it got no answer. */
  readonly doubtfulSince: number | null;
  /** Rises with each change. */
  readonly version: number;
}

export interface ChargingProfileInput {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly profile: ChargingProfile;
  readonly transactionId: number | null;
  readonly source: ChargingProfileRecord['source'];
  readonly messageId: string;
  readonly at: number;
}

/** Which profiles are meant: those of the id, or those that fit all that is given. */
export interface ClearFilter {
  readonly id?: number;
  readonly connectorId?: number;
  readonly chargingProfilePurpose?: ChargingProfilePurpose;
  readonly stackLevel?: number;
}

/** What distinguishes charging profiles of a charge point. */
export type ProfilePlace = Pick<
  ChargingProfileRecord,
  'connectorId' | 'chargingProfileId' | 'purpose' | 'stackLevel'
>;

/**
 * Whether setting `newcomer` replaces `held`: the same id, or the same level of the same purpose
 * (OCPP 1.6 ed. 2 §5.16.3, §3.13.2). Profiles of different connectors stand beside each other, since a
 * TxDefaultProfile of a connector only overrides that of connector 0 (§3.13.1).
 */
export function replaces(newcomer: ProfilePlace, held: ProfilePlace): boolean {
  if (newcomer.chargingProfileId === held.chargingProfileId) return true;
  return (
    newcomer.connectorId === held.connectorId &&
    newcomer.purpose === held.purpose &&
    newcomer.stackLevel === held.stackLevel
  );
}

/**
 * Whether ClearChargingProfile takes a profile away (OCPP 1.6 ed. 2 §6.13, errata 3.25, 3.26): an id alone
 * decides; otherwise all that is given must fit, and nothing given means every profile. 0 is a connector and
 * a level like any other.
 */
export function isCleared(
  profile: ProfilePlace,
  { id, connectorId, chargingProfilePurpose, stackLevel }: ClearFilter,
): boolean {
  if (id !== undefined) return profile.chargingProfileId === id;
  return (
    (connectorId === undefined || profile.connectorId === connectorId) &&
    (chargingProfilePurpose === undefined || profile.purpose === chargingProfilePurpose) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel)
  );
}
