import { randomUUID } from 'node:crypto';
import type { Environment, Table } from '../journal/environment.ts';
import { after, allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** What a charge point wants to have signed (SignCertificate, security whitepaper ed. 3 §5.17). */
export interface CertificateRequest {
  readonly id: string;
  /** Higher than those of all requests that were there when it came. */
  readonly seq: number;
  readonly chargePointId: string;
  /** As it came. */
  readonly csr: string;
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** Where a request stands among those of all charge points. */
type Place = Pick<CertificateRequest, 'seq' | 'chargePointId'>;

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
  /**
   * Those of all charge points that came after `last`, in the order of `seq`: at most `limit`. Begins again
   * with the first where nothing from `last` on is left.
   */
  since(last: Place | undefined, limit: number): CertificateRequest[];
}

/** Requests that are kept of a charge point, and the most that it may make in an hour. */
export const REQUESTS_KEPT = 10;
const HOUR_MS = 3_600_000;

const IN_ORDER = 'certificate-requests-by-seq';

/** Since version 2 the charge point is part of each key, so that no two of them ever write the same one. */
export function orderRequestsOfAll(environment: Environment): void {
  const requests = Array.from(
    environment.records<CertificateRequest>('certificate-requests').getRange({}),
    ({ value }) => value,
  );
  const inOrder = environment.records<Place>(IN_ORDER);
  for (const key of [...inOrder.getKeys({})]) inOrder.remove(key);
  for (const { seq, chargePointId } of requests)
    inOrder.put(keyOf(seq, chargePointId), { seq, chargePointId });
  environment.records('meta').remove(Buffer.from('certificate-requests'));
}

export class CertificateRequestTable implements CertificateRequests {
  private readonly path: StatePath;
  private readonly table: Table<CertificateRequest>;
  /** Of all charge points. */
  private readonly inOrder: Table<Place>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('certificate-requests');
    this.inOrder = path.records(IN_ORDER);
  }

  get(chargePointId: string, seq: number): CertificateRequest | undefined {
    return this.table.get(keyOf(chargePointId, seq));
  }

  of(chargePointId: string): CertificateRequest[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value).reverse();
  }

  asked(chargePointId: string, csr: string, at: number): Promise<CertificateRequest | undefined> {
    return this.path.transact(chargePointId, () => {
      // Whoever reads on behind the last one must not miss one that was numbered before and written later.
      this.path.restOn('certificate-requests');
      const known = this.of(chargePointId);
      const oldest = known[REQUESTS_KEPT - 1];
      if (oldest !== undefined && at - oldest.receivedAt < HOUR_MS) return undefined;
      const seq = versionAfter({ version: this.last()?.seq ?? 0 });
      for (const old of known.slice(REQUESTS_KEPT - 1)) this.remove(old);
      const request: CertificateRequest = { id: randomUUID(), seq, chargePointId, csr, receivedAt: at };
      this.table.put(keyOf(chargePointId, seq), request);
      this.inOrder.put(keyOf(seq, chargePointId), { seq, chargePointId });
      return request;
    });
  }

  since(last: Place | undefined, limit: number): CertificateRequest[] {
    const start = last && this.reaches(last) ? after(keyOf(last.seq, last.chargePointId)) : Buffer.of(0);
    return Array.from(this.inOrder.getRange({ start, limit }), ({ value }) =>
      this.get(value.chargePointId, value.seq),
    ).filter((request) => request !== undefined);
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const request of this.of(chargePointId)) this.remove(request);
  }

  /**
   * Whether there is a request at this place or behind it. With the last one goes what kept a request that
   * comes after the clock was set back behind it.
   */
  private reaches({ seq, chargePointId }: Place): boolean {
    for (const _ of this.inOrder.getKeys({ start: keyOf(seq, chargePointId), limit: 1 })) return true;
    return false;
  }

  private last(): Place | undefined {
    const range = { start: Buffer.of(255, 255), end: Buffer.of(0), reverse: true, limit: 1 };
    for (const { value } of this.inOrder.getRange(range)) return value;
    return undefined;
  }

  private remove({ chargePointId, seq }: CertificateRequest): void {
    this.table.remove(keyOf(chargePointId, seq));
    this.inOrder.remove(keyOf(seq, chargePointId));
  }
}
