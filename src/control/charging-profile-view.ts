import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ChargingProfileRecord } from '../store/charging-profile-record.ts';

/** A charging profile as the API shows it (`#/components/schemas/InstalledProfile`). */
export function viewChargingProfile({
  chargePointId: _,
  installedAt,
  doubtfulSince,
  ...rest
}: ChargingProfileRecord) {
  return {
    ...rest,
    installedAt: writeTimestamp(installedAt),
    doubtfulSince: doubtfulSince === null ? null : writeTimestamp(doubtfulSince),
  };
}

/** A profile as clients give it (`#/components/schemas/SetChargingProfileRequest`). */
export interface SetProfileBody {
  readonly connectorId: number;
  readonly csChargingProfiles: ChargingProfileRecord['profile'];
}

export function profileOf({ connectorId, csChargingProfiles: profile }: SetProfileBody) {
  return { connectorId, profile };
}
