/** What operators set for a charge point; it may never have connected. */
export interface ChargePointSettings {
  readonly id: string;
  /** Salted hash of its key; absent = no key is asked for. */
  readonly keyHash?: string;
  readonly registration?: 'Accepted' | 'Pending' | 'Rejected';
  /** Overrides `ocpp.reader`. */
  readonly reader?: 'lenient' | 'strict';
  /** Overrides `ocpp.pingInterval`, ms. */
  readonly pingInterval?: number;
  readonly group?: string;
  readonly note?: string;
  /** Rises with each change. */
  readonly version: number;
}

export type ChargePointSettingsInput = Omit<ChargePointSettings, 'version'>;
