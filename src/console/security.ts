import { duration } from './format.ts';

/** How a charge point authenticates, as the API tells it. Times are RFC 3339. */
export interface ChargePointSecurity {
  readonly profile: number | null;
  readonly profileFrom: 'operator' | 'charge-point' | null;
  readonly reachedAt: string | null;
  readonly pending: readonly {
    readonly profile: number;
    readonly since: string;
    readonly accepted: boolean;
  }[];
  readonly minProfile: number;
  readonly connection: {
    readonly profile: number | null;
    readonly connectedAt: string;
    readonly certificate: string | null;
    readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  } | null;
  readonly serialNumber: string | null;
  readonly password: {
    readonly state: 'none' | 'held' | 'changing';
    readonly setAt: string | null;
    readonly setBy: 'operator' | 'ocpp' | null;
  };
  readonly certificates: readonly OwnCertificate[];
  readonly missing: readonly {
    readonly profile: number;
    readonly items: readonly { readonly code: string; readonly message: string }[];
  }[];
}

/** A client certificate of a charge point. */
export interface OwnCertificate {
  readonly sha256: string;
  readonly serial: string;
  readonly commonName: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly state: string;
}

/** Roots of one type at a charge point. */
export interface InstalledRoots {
  readonly certificateType: string;
  readonly certificates: readonly { readonly hashData: HashData; readonly subject: string | null }[] | null;
  readonly toldAt: string | null;
  readonly changedSince: boolean;
}

export interface HashData {
  readonly hashAlgorithm: string;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

/** What a charge point wants to have signed. */
export interface CertificateRequest {
  readonly id: string;
  readonly chargePointId: string;
  readonly receivedAt: string;
  readonly state: string;
  readonly problem: string | null;
  readonly attempts: number;
  readonly sendings: number;
}

/** States of such a request in words. */
export const REQUEST_STATES: Readonly<Record<string, string>> = {
  received: 'to be signed',
  ordered: 'with the outside authority',
  signed: 'signed and to be sent',
  sending: 'being sent',
  installed: 'installed',
  rejected: 'rejected by the charge point',
  refused: 'refused',
  failed: 'given up',
  superseded: 'replaced by another one',
};

export interface SecurityEvent {
  readonly chargePointId: string;
  readonly source: 'charge-point' | 'farad';
  readonly type: string;
  readonly critical: boolean | null;
  readonly reason: string;
  readonly techInfo: string;
  readonly remoteAddress: string;
  readonly receivedAt: string;
}

const PROFILES = ['nothing', 'password', 'password over TLS', 'client certificate'] as const;

/** A security profile by its number and what a charge point has to show: `2, password over TLS`. */
export function profileInWords(profile: number): string {
  return `${profile}, ${PROFILES[profile] ?? 'unknown'}`;
}

/** The profile that a charge point has to show, else by which it is connected; 0 where neither is known. */
export function presentProfile({ profile, connection }: ChargePointSecurity): number {
  return profile ?? connection?.profile ?? 0;
}

/** Profiles as filters name them, with their words. */
export const PROFILE_CHOICES: readonly (readonly [name: string, words: string])[] = [
  ...[3, 2, 1, 0].map((profile) => [`${profile}`, profileInWords(profile)] as const),
  ['unknown', 'unknown'],
];

/** The fleet by its security. */
export interface FleetSecurity {
  readonly countedAt: string;
  readonly chargePoints: number;
  readonly profiles: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly minProfile: number;
  readonly certificates: Readonly<Record<'good' | 'expiring' | 'expired', number>>;
  readonly requests: Readonly<Record<'open' | 'failed', number>>;
}

/** Who issues the certificates of charge points. */
export interface CertificateAuthorities {
  readonly outside: boolean;
  readonly canSeal: boolean;
  readonly current: string | null;
  readonly authorities: readonly Authority[];
}

export interface Authority {
  readonly id: string;
  readonly algorithm: string;
  readonly expiresAt: string;
  readonly canIssue: boolean;
  readonly fingerprint: string;
  readonly rootCertificate: string;
}

/** Who may sign firmware, or let others sign it. */
export interface ManufacturerRoot {
  readonly sha256: string;
  readonly subject: string;
  readonly notAfter: string;
  readonly note: string | null;
}

const DAY_MS = 24 * 3_600_000;
/** From here on an expiry is worth a colour, ms. */
const NEAR_MS = 30 * DAY_MS;
const CLOSE_MS = 7 * DAY_MS;

export interface Expiry {
  /** Class of a tone; empty where nothing is to be done. */
  readonly tone: string;
  readonly words: string;
}

/** How near the end of a certificate is, at `now` (epoch ms). */
export function expiryOf(notAfter: string, now: number): Expiry {
  const left = Date.parse(notAfter) - now;
  if (left <= 0) return { tone: 'tone-fault', words: `expired ${duration(-left)} ago` };
  const tone = left < CLOSE_MS ? 'tone-fault' : left < NEAR_MS ? 'tone-attention' : '';
  return { tone, words: `${duration(left)} left` };
}
