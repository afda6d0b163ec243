import { type KeyObject, randomBytes } from 'node:crypto';
import { type AuthorityAlgorithm, createAuthority } from '../../certificates/authority.ts';
import { isInForce } from '../../certificates/issue.ts';

import { type RevokedCertificate, writeRevocationList } from '../../certificates/revocation-list.ts';
import type { CertificateAuthorityRecord } from '../../store/certificate-authorities.ts';
import type { Store } from '../../store/store.ts';

export interface AuthoritiesOptions {
  readonly store: Pick<Store, 'certificateAuthorities' | 'certificates'>;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** What certificates are issued with. */
export interface Issuer {
  readonly authority: CertificateAuthorityRecord;
  /** PKCS#8 in PEM. */
  readonly issuingKey: string;
}

/** Authorities that may be there at a time: each of them is trusted in every handshake. */
export const MAX_AUTHORITIES = 16;

const LISTED_AT_ONCE = 500;

/** Farad's own certificate authorities. */
export class Authorities {
  private readonly options: AuthoritiesOptions;

  constructor(options: AuthoritiesOptions) {
    this.options = options;
  }

  /** Makes an authority; from then on it is trusted, and issues certificates. */
  async create(input: {
    readonly algorithm: AuthorityAlgorithm;
    readonly commonName: string;
    readonly organization: string;
  }): Promise<CertificateAuthorityRecord | 'no_sealing_key' | 'too_many'> {
    const { store, clock } = this.options;
    const { certificateAuthorities } = store;
    if (!certificateAuthorities.canSeal) return 'no_sealing_key';
    if (certificateAuthorities.all().length >= MAX_AUTHORITIES) return 'too_many';
    const now = clock();
    const { authority, keys } = await createAuthority({ ...input, now });
    return certificateAuthorities.add({ ...authority, id: newId(now), createdAt: now }, keys);
  }

  /**
   * Who issues the certificate of a public key: the newest authority with a key of the same kind, else the
   * newest; or in words why nobody does. What has no key that opens is left out.
   */
  issuerFor({ asymmetricKeyType }: KeyObject): Issuer | string {
    const { store, clock } = this.options;
    const all = store.certificateAuthorities.all();
    if (all.length === 0)
      return 'there is no certificate authority: POST /api/v1/certificate-authority makes one';
    const inForce = all.filter((authority) => isInForce(authority, clock()));
    const kind = asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa';
    const alike = inForce.filter(({ algorithm }) => algorithm.startsWith(kind));
    for (const authority of [...alike, ...inForce]) {
      const keys = store.certificateAuthorities.keysOf(authority.id);
      if (keys) return { authority, issuingKey: keys.issuingKey };
    }
    return inForce.length === 0
      ? 'the certificates of every authority have expired'
      : 'no key of an authority can be opened: is security.sealingKeyFile the one that they were sealed with?';
  }

  /** Whether certificates are issued with it. */
  canIssue(authority: CertificateAuthorityRecord): boolean {
    const { store, clock } = this.options;
    return isInForce(authority, clock()) && store.certificateAuthorities.keysOf(authority.id) !== undefined;
  }

  /** Its revocation list, PEM; undefined where its key cannot be opened. */
  async revocationList(authority: CertificateAuthorityRecord): Promise<string | undefined> {
    const { store, clock } = this.options;
    const keys = store.certificateAuthorities.keysOf(authority.id);
    if (keys === undefined) return undefined;
    return writeRevocationList(authority, keys.issuingKey, this.revokedBy(authority.id), clock());
  }

  /** Those that have expired need not be on a list. */
  private revokedBy(id: string): RevokedCertificate[] {
    const { store, clock } = this.options;
    const revoked: RevokedCertificate[] = [];
    const chosen = { limit: LISTED_AT_ONCE, expiresFrom: clock(), state: 'revoked', authority: id } as const;
    let after: string | undefined;
    do {
      const page = store.certificates.list({ ...chosen, ...(after !== undefined && { after }) });
      for (const { serial, revokedAt, reason } of page.items) {
        revoked.push({ serial, revokedAt: revokedAt ?? 0, reason: reason ?? 'unspecified' });
      }
      after = page.next;
    } while (after !== undefined);
    return revoked;
  }
}

/** Ids in the order of their making. */
function newId(now: number): string {
  return `${now.toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;
}
