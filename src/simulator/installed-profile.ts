import type { ChargingProfile } from '../protocol/v16/generated/messages.ts';

/** A charging profile and the connector that it was set on. */
export interface InstalledProfile {
  readonly connectorId: number;
  readonly profile: ChargingProfile;
}
