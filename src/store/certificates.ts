import { fingerprintOf, normaliseSerial } from '../certificates/certificate.ts';
import type { RevocationReason } from '../certificates/revocation-list.ts';
import type { Table } from '../journal/environment.ts';
import type { CertificateInput, CertificateRecord } from './certificate-record.ts';
import type { DirectoryPath } from './directory-path.ts';
import { after, allOf, keyOf, textKey } from './keys.ts';
import { MAX_VISITED, type Page } from './listing.ts';

/** Client certificates of charge points that Farad has issued or was told of. In `directory`. */
export interface Certificates {
  /** By the DER that a client shows; one read. */
  shown(der: Uint8Array): CertificateRecord | undefined;
  /** As `shown`, but never a turn of the event loop behind what other processes have committed. */
  latest(der: Uint8Array): CertificateRecord | undefined;
  /** Whether the handshake has to refuse it; one read. What nobody told Farad of is not revoked. */
  isRevoked(der: Uint8Array): boolean;
  get(sha256: string): CertificateRecord | undefined;
  /**
   * By serial number in any spelling, or by SHA-256: more than one where issuers have given the same number.
   */
  find(serialOrSha256: string): CertificateRecord[];
  /** Of a charge point. */
  of(chargePointId: string): CertificateRecord[];
  /** In the order in which they expire. */
  list(options: CertificateListOptions): Page<CertificateRecord>;
  put(certificate: CertificateInput): Promise<CertificateRecord>;
  /** Changes it in one write transaction; undefined where there is none or `change` returns that. */
  change(
    sha256: string,
    change: (certificate: CertificateRecord) => CertificateInput | undefined,
  ): Promise<CertificateRecord | undefined>;
  /** Undefined where there is none. What is revoked already stays as it is. */
  revoke(sha256: string, reason: RevocationReason, at: number): Promise<CertificateRecord | undefined>;
  /** Those that are revoked while a session may go on with them: a bounded number. */
  closing(): CertificateRecord[];
  /** Forgets those that expired before this, epoch ms: a bounded number per call, answers how many. */
  forgetExpired(before: number): Promise<number>;
}

export interface CertificateListOptions {
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
  /** Only those that expire from this on, and before that; epoch ms. */
  readonly expiresFrom?: number;
  readonly expiresBefore?: number;
  readonly state?: CertificateRecord['state'];
  readonly authority?: string;
}

const CLOSED_AT_ONCE = 100;
const FORGOTTEN_PER_TRANSACTION = 200;

export class CertificateTable implements Certificates {
  private readonly path: DirectoryPath;
  private readonly table: Table<CertificateRecord>;
  /** SHA-256 by serial number, by charge point and by expiry. */
  private readonly bySerial: Table<string>;
  private readonly byChargePoint: Table<string>;
  private readonly byExpiry: Table<string>;
  private readonly toClose: Table<string>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('certificates');
    this.bySerial = path.records('certificates-by-serial');
    this.byChargePoint = path.records('certificates-by-charge-point');
    this.byExpiry = path.records('certificates-by-expiry');
    this.toClose = path.records('closing-certificates');
  }

  shown(der: Uint8Array): CertificateRecord | undefined {
    return this.get(fingerprintOf(der));
  }

  latest(der: Uint8Array): CertificateRecord | undefined {
    this.path.environment.endRead();
    return this.shown(der);
  }

  isRevoked(der: Uint8Array): boolean {
    return this.shown(der)?.state === 'revoked';
  }

  get(sha256: string): CertificateRecord | undefined {
    return this.table.get(textKey(sha256));
  }

  find(serialOrSha256: string): CertificateRecord[] {
    const bySha256 = this.get(serialOrSha256.toLowerCase());
    if (bySha256) return [bySha256];
    return this.all(this.bySerial.getRange(allOf(normaliseSerial(serialOrSha256))));
  }

  of(chargePointId: string): CertificateRecord[] {
    return this.all(this.byChargePoint.getRange(allOf(chargePointId)));
  }

  list({ after: last, limit, expiresFrom = 0, expiresBefore, state, authority }: CertificateListOptions) {
    const start = last === undefined ? keyOf(expiresFrom) : after(Buffer.from(last, 'hex'));
    const end = expiresBefore === undefined ? Buffer.of(255, 255) : keyOf(expiresBefore);
    const items: CertificateRecord[] = [];
    let visited = 0;
    let seen: string | undefined;
    for (const { key, value: sha256 } of this.byExpiry.getRange({ start, end })) {
      if (items.length === limit || visited === MAX_VISITED) {
        return { items, ...(seen !== undefined && { next: seen }) };
      }
      visited++;
      seen = Buffer.from(key).toString('hex');
      const certificate = this.get(sha256);
      if (certificate === undefined || (state !== undefined && certificate.state !== state)) continue;
      if (authority === undefined || certificate.authority === authority) items.push(certificate);
    }
    return { items };
  }

  put(input: CertificateInput): Promise<CertificateRecord> {
    return this.path.transact(() => this.write(input));
  }

  change(
    sha256: string,
    change: (certificate: CertificateRecord) => CertificateInput | undefined,
  ): Promise<CertificateRecord | undefined> {
    return this.path.transact(() => {
      const certificate = this.get(sha256);
      const changed = certificate && change(certificate);
      return changed && this.write(changed);
    });
  }

  revoke(sha256: string, reason: RevocationReason, at: number): Promise<CertificateRecord | undefined> {
    return this.path.transact(() => {
      const certificate = this.get(sha256);
      if (certificate === undefined || certificate.state === 'revoked') return certificate;
      return this.write({ ...certificate, state: 'revoked', reason, revokedAt: at, closing: true });
    });
  }

  closing(): CertificateRecord[] {
    return this.all(this.toClose.getRange({ limit: CLOSED_AT_ONCE }));
  }

  async forgetExpired(before: number): Promise<number> {
    const range = { end: keyOf(before), limit: FORGOTTEN_PER_TRANSACTION };
    const expired = () => this.all(this.byExpiry.getRange(range));
    if (expired().length === 0) return 0;
    return this.path.transact(() => {
      const forgotten = expired();
      for (const certificate of forgotten) this.remove(certificate);
      return forgotten.length;
    });
  }

  /** Within a write transaction. */
  write(input: CertificateInput): CertificateRecord {
    const certificate = { ...input, version: this.path.nextVersion() };
    const { sha256, serial, chargePointId, notAfter } = certificate;
    const before = this.get(sha256);
    if (before) this.remove(before);
    this.table.put(textKey(sha256), certificate);
    this.bySerial.put(keyOf(serial, sha256), sha256);
    this.byChargePoint.put(keyOf(chargePointId, notAfter, sha256), sha256);
    this.byExpiry.put(keyOf(notAfter, sha256), sha256);
    if (certificate.closing) this.toClose.put(textKey(sha256), sha256);
    return certificate;
  }

  private remove({ sha256, serial, chargePointId, notAfter }: CertificateRecord): void {
    this.table.remove(textKey(sha256));
    this.bySerial.remove(keyOf(serial, sha256));
    this.byChargePoint.remove(keyOf(chargePointId, notAfter, sha256));
    this.byExpiry.remove(keyOf(notAfter, sha256));
    this.toClose.remove(textKey(sha256));
  }

  private all(entries: Iterable<{ readonly value: string }>): CertificateRecord[] {
    return Array.from(entries, ({ value }) => this.get(value)).filter((found) => found !== undefined);
  }
}
