/** What operators set for a charge point; it may never have connected. */
export interface ChargePointSettings {
  readonly id: string;
  /** Salted hash of its key; absent = no key is asked for. */
  readonly keyHash?: string;
  /** Rises when operators set or remove the key; absent = 0. A key that was given by ChangeConfiguration holds above one of the same version. */
  readonly keyVersion?: number;
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
