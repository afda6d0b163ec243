import type { OcppVersion } from '../protocol/version.ts';
import type { SecurityProfile } from './security-profile.ts';

/** What a TLS handshake has agreed on. */
export interface TlsParameters {
  /** As Node names it: `TLSv1.3`. */
  readonly protocol: string;
  /** Name of the cipher suite as IANA registers it: `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string;
}

/** Which edge holds the socket of a charge point. */
export interface SessionRecord {
  readonly chargePointId: string;
  /** `edge-0`; in a cluster with its node: `b/edge-0`. */
  readonly edge: string;
  /** Rises over the sessions of the charge point, in the order in which they were claimed. */
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
  /** Absent without TLS, and where the WebSocket engine or the proxy that ended it does not say. */
  readonly tls?: TlsParameters;
}
