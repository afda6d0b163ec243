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
