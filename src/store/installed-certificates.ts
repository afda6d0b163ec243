import type { CertificateHashData } from '../certificates/hash-data.ts';
import { isSameHashData } from '../certificates/hash-data.ts';
import type { Table } from '../journal/environment.ts';
import { keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** What certificates of it are for (security whitepaper ed. 3 §6.5). */
export type InstalledCertificateType = 'CentralSystemRootCertificate' | 'ManufacturerRootCertificate';

export const INSTALLED_CERTIFICATE_TYPES = [
  'CentralSystemRootCertificate',
  'ManufacturerRootCertificate',
] as const satisfies readonly InstalledCertificateType[];

/** A root that the charge point has accepted. Times are epoch ms. */
export interface SentRoot {
  readonly pem: string;
  readonly at: number;
}

/** What a charge point holds of one type, as far as its answers show. Times are epoch ms. */
export interface InstalledCertificates {
  readonly chargePointId: string;
  readonly certificateType: InstalledCertificateType;
  /** As the charge point told, letter by letter; null while it was never asked. */
  readonly certificates: readonly CertificateHashData[] | null;
  readonly toldAt: number | null;
  /** Whether something was installed or deleted since, or may have been. */
  readonly changedSince: boolean;
  /** Roots that it took of Farad, the newest first. */
  readonly sent: readonly SentRoot[];
  /** Rises with each change. */
  readonly version: number;
}

/** Roots at charge points. In `state`. */
export interface InstalledCertificateLists {
  get(chargePointId: string, certificateType: InstalledCertificateType): InstalledCertificates | undefined;
  /** GetInstalledCertificateIds was answered. */
  told(
    chargePointId: string,
    certificateType: InstalledCertificateType,
    certificates: readonly CertificateHashData[],
    at: number,
  ): Promise<void>;
  /** InstallCertificate was accepted; or, without a `root`, got no answer. */
  installed(
    chargePointId: string,
    certificateType: InstalledCertificateType,
    root: SentRoot | undefined,
  ): Promise<void>;
  /**
   * DeleteCertificate was accepted, or says that there is no such certificate; or, where it is not `certain`,
   * got no answer.
   */
  deleted(chargePointId: string, hashData: CertificateHashData, certain: boolean): Promise<void>;
}

const ROOTS_KEPT = 4;
/** Certificates that are kept of what a charge point reports; CertificateStoreMaxLength is far less. */
const CERTIFICATES_KEPT = 200;

export class InstalledCertificateTable implements InstalledCertificateLists {
  private readonly path: StatePath;
  private readonly table: Table<InstalledCertificates>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('installed-certificates');
  }

  get(chargePointId: string, certificateType: InstalledCertificateType): InstalledCertificates | undefined {
    return this.table.get(keyOf(chargePointId, certificateType));
  }

  told(
    chargePointId: string,
    certificateType: InstalledCertificateType,
    certificates: readonly CertificateHashData[],
    at: number,
  ): Promise<void> {
    const kept = certificates.slice(0, CERTIFICATES_KEPT);
    return this.change(chargePointId, certificateType, () => ({
      certificates: kept,
      toldAt: at,
      changedSince: false,
    }));
  }

  installed(
    chargePointId: string,
    certificateType: InstalledCertificateType,
    root: SentRoot | undefined,
  ): Promise<void> {
    return this.change(chargePointId, certificateType, ({ sent }) => {
      const others = sent.filter(({ pem }) => pem !== root?.pem);
      return { changedSince: true, sent: root ? [root, ...others].slice(0, ROOTS_KEPT) : sent };
    });
  }

  async deleted(chargePointId: string, hashData: CertificateHashData, certain: boolean): Promise<void> {
    for (const certificateType of INSTALLED_CERTIFICATE_TYPES) {
      if (!this.get(chargePointId, certificateType)) continue;
      await this.change(chargePointId, certificateType, ({ certificates, changedSince }) => {
        const left = certificates?.filter((one) => !isSameHashData(one, hashData)) ?? null;
        if (certain) return { certificates: left };
        return { changedSince: changedSince || left?.length !== certificates?.length };
      });
    }
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const type of INSTALLED_CERTIFICATE_TYPES) this.table.remove(keyOf(chargePointId, type));
  }

  private change(
    chargePointId: string,
    certificateType: InstalledCertificateType,
    change: (known: InstalledCertificates) => Partial<InstalledCertificates>,
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const known = this.get(chargePointId, certificateType) ?? {
        chargePointId,
        certificateType,
        certificates: null,
        toldAt: null,
        changedSince: false,
        sent: [],
        version: 0,
      };
      this.table.put(keyOf(chargePointId, certificateType), {
        ...known,
        ...change(known),
        version: versionAfter(known),
      });
    });
  }
}
