import { randomUUID } from 'node:crypto';
import type { Table } from '../journal/environment.ts';
import { allOf, keyOf, numberKey } from './keys.ts';
import type { WritePath } from './write-path.ts';

/** What a charge point wants to have signed (SignCertificate, security whitepaper ed. 3 §5.17). */
export interface CertificateRequest {
  readonly id: string;
  /** Rises with each request of any charge point. */
  readonly seq: number;
  readonly chargePointId: string;
  /** As it came. */
  readonly csr: string;
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** What charge points want to have signed. In `state`: on the disk before the charge point is answered. */
export interface CertificateRequests {
  get(chargePointId: string, seq: number): CertificateRequest | undefined;
  /** The newest of a charge point first. */
  of(chargePointId: string): CertificateRequest[];
  /**
   * Keeps a request, and the last of before. Undefined where the charge point asks too often: then it is not
   * kept.
   */
  asked(chargePointId: string, csr: string, at: number): Promise<CertificateRequest | undefined>;
  /** Those with a higher `seq`, in its order: at most `limit`. */
  since(seq: number, limit: number): CertificateRequest[];
}

/** Requests that are kept of a charge point, and the most that it may make in an hour. */
export const REQUESTS_KEPT = 10;
const HOUR_MS = 3_600_000;

const SEQUENCE = Buffer.from('certificate-requests');

export class CertificateRequestTable implements CertificateRequests {
  private readonly path: WritePath;
  private readonly table: Table<CertificateRequest>;
  /** Charge point by `seq`. */
  private readonly bySeq: Table<string>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('certificate-requests');
    this.bySeq = path.environment.records('certificate-requests-by-seq');
  }

  get(chargePointId: string, seq: number): CertificateRequest | undefined {
    return this.table.get(keyOf(chargePointId, seq));
  }

  of(chargePointId: string): CertificateRequest[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value).reverse();
  }

  asked(chargePointId: string, csr: string, at: number): Promise<CertificateRequest | undefined> {
    return this.path.transact(() => {
      const known = this.of(chargePointId);
      const oldest = known[REQUESTS_KEPT - 1];
      if (oldest !== undefined && at - oldest.receivedAt < HOUR_MS) return undefined;
      for (const old of known.slice(REQUESTS_KEPT - 1)) this.remove(old);
      const request: CertificateRequest = {
        id: randomUUID(),
        seq: this.path.count(SEQUENCE),
        chargePointId,
        csr,
        receivedAt: at,
      };
      this.table.put(keyOf(chargePointId, request.seq), request);
      this.bySeq.put(numberKey(request.seq), chargePointId);
      return request;
    });
  }

  since(seq: number, limit: number): CertificateRequest[] {
    const range = { start: numberKey(seq + 1), limit };
    return Array.from(this.bySeq.getRange(range), ({ key, value: chargePointId }) =>
      this.table.get(Buffer.concat([keyOf(chargePointId), key])),
    ).filter((request) => request !== undefined);
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const request of this.of(chargePointId)) this.remove(request);
  }

  private remove({ chargePointId, seq }: CertificateRequest): void {
    this.table.remove(keyOf(chargePointId, seq));
    this.bySeq.remove(numberKey(seq));
  }
}
