import type { SetChargingProfileRequest } from '../protocol/v16/generated/messages.ts';

/** A charging profile as it goes on the wire (OCPP 1.6 ed. 2 §7.8). */
export type ChargingProfile = SetChargingProfileRequest['csChargingProfiles'];
export type ChargingProfilePurpose = ChargingProfile['chargingProfilePurpose'];
export type ChargingRateUnit = ChargingProfile['chargingSchedule']['chargingRateUnit'];

/** A profile together with the connector it was set on; 0 is the whole charge point (§5.16). */
export interface InstalledProfile {
  readonly connectorId: number;
  readonly profile: ChargingProfile;
}
