import type { SecurityProfile } from './security-profile.ts';

/** Where a charge point stands, as far as anybody has said. */
export interface Place {
  readonly address?: string;
  readonly bay?: string;
  /** Degrees (WGS 84). */
  readonly coordinates?: { readonly latitude: number; readonly longitude: number };
}

/** What operators set for a charge point; it may never have connected. */
export interface ChargePointSettings {
  readonly id: string;
  /** Salted hash of its key; absent = no key is asked for. */
  readonly keyHash?: string;
  /**
   * Rises when operators set or remove the key; absent = 0. A key that was given by ChangeConfiguration holds
   * above one of the same version.
   */
  readonly keyVersion?: number;
  /** When operators set it, epoch ms; absent where that was before Farad noted it. */
  readonly keySetAt?: number;
  /** It shows the hexadecimal digits of its key in place of the bytes they stand for. */
  readonly showsDigits?: boolean;
  /** The one security profile that it has to use; absent = whichever it authenticates by. */
  readonly securityProfile?: SecurityProfile;
  /**
   * Rises when operators decide on the profile; absent = 0. What OCPP has changed since holds above a
   * decision of the same version.
   */
  readonly profileVersion?: number;
  /** Common name of its certificate; absent = what it told at its last boot. */
  readonly serialNumber?: string;
  readonly registration?: 'Accepted' | 'Pending' | 'Rejected';
  /** Overrides `ocpp.reader`. */
  readonly reader?: 'lenient' | 'strict';
  /** Overrides `ocpp.pingInterval`, ms. */
  readonly pingInterval?: number;
  /** What people call it. */
  readonly displayName?: string;
  readonly place?: Place;
  /** Not empty. */
  readonly tags?: readonly string[];
  readonly group?: string;
  readonly note?: string;
  /** Rises with each change. */
  readonly version: number;
}

export type ChargePointSettingsInput = Omit<ChargePointSettings, 'version'>;
