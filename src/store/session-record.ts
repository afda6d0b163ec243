import type { OcppVersion } from '../protocol/version.ts';
import type { SecurityProfile } from './security-profile.ts';

/** Which edge holds the socket of a charge point. */
export interface SessionRecord {
  readonly chargePointId: string;
  readonly edge: string;
  /** Rises over all sessions of the installation, in the order in which they were claimed. */
  readonly epoch: number;
  /** Epoch ms. */
  readonly connectedAt: number;
  readonly remoteAddress: string;
  /** The other edge that held the charge point until this session; absent where none did. */
  readonly takenFrom?: string;
  /** Version of OCPP that it speaks on this socket; absent in records of a Farad that spoke but one. */
  readonly version?: OcppVersion;
  /** By which it authenticated; absent in records of an older Farad. */
  readonly securityProfile?: SecurityProfile;
  /** SHA-256 of the certificate that it showed, in hexadecimal. */
  readonly certificate?: string;
}
