/** What BootNotification told (OCPP 1.6 ed. 2 §6.3). */
export interface BootData {
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber?: string;
  readonly chargeBoxSerialNumber?: string;
  readonly firmwareVersion?: string;
  readonly iccid?: string;
  readonly imsi?: string;
  readonly meterType?: string;
  readonly meterSerialNumber?: string;
}

/** What the protocol has learned about a charge point. Times are epoch ms. */
export interface ChargePointRecord {
  readonly id: string;
  /** Last answer to a BootNotification; `Unknown` while there was none. */
  readonly registration: 'Accepted' | 'Pending' | 'Rejected' | 'Unknown';
  readonly boot?: BootData;
  readonly firstSeenAt: number;
  readonly bootedAt?: number;
  readonly lastSeenAt: number;
  /** When it last answered a CALL of ours. */
  readonly lastAnsweredAt?: number;
  readonly firmwareStatus?: string;
  readonly diagnosticsStatus?: string;
  readonly numberOfConnectors?: number;
  /** When it last reported LocalListConflict. */
  readonly localListConflictAt?: number;
  /** Rises with each change. */
  readonly version: number;
}

/** What may be changed of a record; `undefined` leaves a member as it is. */
export type ChargePointChange = Partial<Omit<ChargePointRecord, 'id' | 'version' | 'firstSeenAt'>>;
