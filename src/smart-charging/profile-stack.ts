import type { ChargingProfilePurpose, InstalledProfile } from './charging-profile.ts';
import { type CompiledProfile, compileProfile } from './compiled-profile.ts';
import { LevelCursor } from './level-cursor.ts';

/**
 * The profiles that bear on one connector, compiled once and sorted by stack level, so that a schedule over
 * any range costs only the walk. Compile anew when a profile is installed or cleared or the transaction
 * changes.
 */
export interface ProfileStack {
  readonly connectorId: number;
  /** Limits of the grid connection or the charge point, set on connector 0. */
  readonly chargePointMax: LevelCursor;
  readonly txDefault: LevelCursor;
  /** Profiles of the running transaction; empty where none is installed for it. */
  readonly tx: LevelCursor;
}

/** Compiles every profile of a charge point. Throws RangeError as {@link compileProfile} does. */
export function compileProfiles(installed: readonly InstalledProfile[]): CompiledProfile[] {
  return installed.map(({ connectorId, profile }) => compileProfile(connectorId, profile));
}

/**
 * Picks what bears on `connectorId` (1 and up) while `transactionId` runs there, or none. A TxDefaultProfile
 * of the connector itself stands in for one of connector 0 at the same level (OCPP 1.6 ed. 2 §3.13.1, errata
 * 3.53).
 */
export function stackFor(
  compiled: readonly CompiledProfile[],
  connectorId: number,
  transactionId: number | null,
): ProfileStack {
  const bearing = (purpose: ChargingProfilePurpose, on: (profile: CompiledProfile) => boolean): LevelCursor =>
    new LevelCursor(
      ownBeforeShared(compiled.filter((profile) => profile.purpose === purpose && on(profile))),
    );
  return {
    connectorId,
    chargePointMax: bearing('ChargePointMaxProfile', (profile) => profile.connectorId === 0),
    txDefault: bearing(
      'TxDefaultProfile',
      (profile) => profile.connectorId === 0 || profile.connectorId === connectorId,
    ),
    tx: bearing(
      'TxProfile',
      (profile) =>
        transactionId !== null &&
        profile.connectorId === connectorId &&
        (profile.transactionId === null || profile.transactionId === transactionId),
    ),
  };
}

/** Highest level first; at one level only the connector's own profile, where it has one. */
function ownBeforeShared(profiles: CompiledProfile[]): CompiledProfile[] {
  profiles.sort((a, b) => b.stackLevel - a.stackLevel || b.connectorId - a.connectorId);
  return profiles.filter((profile, index) => profiles[index - 1]?.stackLevel !== profile.stackLevel);
}
