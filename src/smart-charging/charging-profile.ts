/**
 * A charging profile as Farad reckons with it and keeps it, whatever version brought it. It has the members
 * of 1.6 (OCPP 1.6 ed. 2 §7.8), so that a profile of 1.6 is one as it stands; what speaks another version
 * converts.
 */
export interface ChargingProfile {
  readonly chargingProfileId: number;
  /** Farad's number of the transaction. */
  readonly transactionId?: number;
  readonly stackLevel: number;
  readonly chargingProfilePurpose: ChargingProfilePurpose;
  readonly chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative';
  readonly recurrencyKind?: 'Daily' | 'Weekly';
  /** RFC 3339. */
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly chargingSchedule: ChargingSchedule;
}

export type ChargingProfilePurpose = 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile';
export type ChargingRateUnit = 'A' | 'W';

export interface ChargingSchedule {
  /** Seconds. */
  readonly duration?: number;
  /** RFC 3339. */
  readonly startSchedule?: string;
  readonly chargingRateUnit: ChargingRateUnit;
  readonly chargingSchedulePeriod: readonly ChargingSchedulePeriod[];
  readonly minChargingRate?: number;
}

export interface ChargingSchedulePeriod {
  /** Seconds after the start of the schedule. */
  readonly startPeriod: number;
  /** In the unit of the schedule. */
  readonly limit: number;
  readonly numberPhases?: number;
}

/** A profile together with the connector it was set on; 0 is the whole charge point (§5.16). */
export interface InstalledProfile {
  readonly connectorId: number;
  readonly profile: ChargingProfile;
}
