import type { Authority, AuthorityKeys } from '../certificates/authority.ts';
import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { textKey } from './keys.ts';
import { type Sealing, sealingWith } from './sealing.ts';

/** A certificate authority of Farad's own, without its private keys. */
export interface CertificateAuthorityRecord extends Authority {
  /** Rises with the time of creation. */
  readonly id: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Rises with each change. */
  readonly version: number;
}

export type CertificateAuthorityInput = Omit<CertificateAuthorityRecord, 'version'>;

/** Farad's own certificate authorities. In `directory`. */
export interface CertificateAuthorities {
  get(id: string): CertificateAuthorityRecord | undefined;
  /** Newest first; they are few. */
  all(): CertificateAuthorityRecord[];
  /** Rises whenever one is added or removed; one read. */
  revision(): number;
  /** Roots and issuing certificates, PEM: what the TLS of the edges trusts clients by. */
  trusted(): string[];
  /** Keeps its keys sealed. Throws `TypeError` in a process that was given no sealing key. */
  add(authority: CertificateAuthorityInput, keys: AuthorityKeys): Promise<CertificateAuthorityRecord>;
  /** Its private keys; undefined where they cannot be opened: without the sealing key, or with another. */
  keysOf(id: string): AuthorityKeys | undefined;
  /** Whether this process was given a sealing key. */
  readonly canSeal: boolean;
  /** Seals again, with the present key, what only the former one opens; returns how many. */
  reseal(): Promise<number>;
  /** From then on nobody trusts it. False where there was none. */
  remove(id: string): Promise<boolean>;
}

/**
 * What the private keys are sealed with: the present key, and the one before, as long as something is sealed
 * with it.
 */
export interface AuthoritySealing {
  readonly present: Sealing;
  readonly former: Sealing | undefined;
}

/** Secrets from outside of the data directory: the present one, and the one before. */
export interface SealingKeys {
  readonly present: Uint8Array;
  readonly former?: Uint8Array | undefined;
}

const PURPOSE = 'certificate authorities';

export function sealingOfAuthorities(keys: SealingKeys | undefined): AuthoritySealing | undefined {
  if (keys === undefined) return undefined;
  const former = keys.former && sealingWith(keys.former, PURPOSE);
  return { present: sealingWith(keys.present, PURPOSE), former };
}

interface Kept extends CertificateAuthorityRecord {
  readonly sealedKeys: Uint8Array;
}

const REVISION = 'certificate-authorities';

export class CertificateAuthorityTable implements CertificateAuthorities {
  private readonly path: DirectoryPath;
  private readonly table: Table<Kept>;
  private readonly sealing: AuthoritySealing | undefined;

  constructor(path: DirectoryPath, sealing: AuthoritySealing | undefined) {
    this.path = path;
    this.table = path.records('certificate-authorities');
    this.sealing = sealing;
  }

  get canSeal(): boolean {
    return this.sealing !== undefined;
  }

  get(id: string): CertificateAuthorityRecord | undefined {
    const kept = this.table.get(textKey(id));
    return kept && withoutKeys(kept);
  }

  all(): CertificateAuthorityRecord[] {
    return Array.from(this.table.getRange({}), ({ value }) => withoutKeys(value)).reverse();
  }

  revision(): number {
    return this.path.counted(REVISION);
  }

  trusted(): string[] {
    return this.all().flatMap(({ rootCertificate, issuingCertificate }) => [
      rootCertificate,
      issuingCertificate,
    ]);
  }

  add(input: CertificateAuthorityInput, keys: AuthorityKeys): Promise<CertificateAuthorityRecord> {
    const { sealing } = this;
    if (sealing === undefined) throw new TypeError('there is no key to seal the keys of an authority with');
    return this.path.transact(() => {
      this.path.count(REVISION);
      const record = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.id), { ...record, sealedKeys: sealing.present.seal(keys) });
      return record;
    });
  }

  keysOf(id: string): AuthorityKeys | undefined {
    const kept = this.table.get(textKey(id));
    return kept && (opened(this.sealing?.present, kept) ?? opened(this.sealing?.former, kept));
  }

  async reseal(): Promise<number> {
    const { sealing } = this;
    if (sealing?.former === undefined) return 0;
    return this.path.transact(() => {
      let resealed = 0;
      for (const { value } of Array.from(this.table.getRange({}))) {
        const keys = opened(sealing.present, value) === undefined ? opened(sealing.former, value) : undefined;
        if (keys === undefined) continue;
        this.table.put(textKey(value.id), { ...value, sealedKeys: sealing.present.seal(keys) });
        resealed++;
      }
      return resealed;
    });
  }

  remove(id: string): Promise<boolean> {
    return this.path.transact(() => {
      this.path.count(REVISION);
      return this.table.removeSync(textKey(id));
    });
  }
}

function withoutKeys({ sealedKeys: _, ...record }: Kept): CertificateAuthorityRecord {
  return record;
}

function opened(sealing: Sealing | undefined, { sealedKeys }: Kept): AuthorityKeys | undefined {
  try {
    return sealing?.open(sealedKeys) as AuthorityKeys | undefined;
  } catch {
    return undefined;
  }
}
