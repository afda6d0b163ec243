/** A charging profile as it goes on the wire (OCPP 1.6 ed. 2 §7.8). */
export interface ChargingProfile {
  readonly chargingProfileId: number;
  readonly transactionId?: number;
  readonly stackLevel: number;
  readonly chargingProfilePurpose: 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile';
  readonly chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative';
  readonly recurrencyKind?: 'Daily' | 'Weekly';
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly chargingSchedule: {
    readonly duration?: number;
    readonly startSchedule?: string;
    readonly chargingRateUnit: 'A' | 'W';
    readonly chargingSchedulePeriod: readonly {
      readonly startPeriod: number;
      readonly limit: number;
      readonly numberPhases?: number;
    }[];
  };
}

/** A charging profile that a charge point is known to hold. */
export interface InstalledProfile {
  /** Where it was set; 0 is the whole charge point. */
  readonly connectorId: number;
  readonly chargingProfileId: number;
  readonly purpose: string;
  readonly stackLevel: number;
  readonly transactionId: number | null;
  readonly profile: ChargingProfile;
  readonly installedAt: string;
  readonly doubtfulSince: string | null;
}

/** A profile for as long as a charge point held it, epoch ms. */
export interface HeldProfile {
  readonly connectorId: number;
  readonly profile: ChargingProfile;
  readonly from: number;
  readonly until: number;
}
