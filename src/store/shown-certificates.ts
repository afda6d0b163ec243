import { fingerprintOf } from '../certificates/certificate.ts';
import type { Table } from '../journal/environment.ts';
import { allOf, keyOf, textKey } from './keys.ts';
import type { WritePath } from './write-path.ts';

/**
 * Whose the client certificates are that nobody told Farad of: the first charge point's that was recognised
 * by one (security whitepaper ed. 3 A00.FR.405). In `state`, since edges see them.
 */
export interface ShownCertificates {
  /** One read. */
  holder(der: Uint8Array): string | undefined;
  /** The charge point was recognised by it. Answers whose it is. */
  shown(der: Uint8Array, chargePointId: string): Promise<string>;
}

export class ShownCertificateTable implements ShownCertificates {
  private readonly path: WritePath;
  private readonly table: Table<string>;
  /** SHA-256 by charge point. */
  private readonly byChargePoint: Table<string>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('shown-certificates');
    this.byChargePoint = path.environment.records('shown-certificates-by-charge-point');
  }

  holder(der: Uint8Array): string | undefined {
    return this.table.get(textKey(fingerprintOf(der)));
  }

  async shown(der: Uint8Array, chargePointId: string): Promise<string> {
    const holder = this.holder(der);
    if (holder !== undefined) return holder;
    const sha256 = fingerprintOf(der);
    return this.path.transact(() => {
      const first = this.table.get(textKey(sha256));
      if (first !== undefined) return first;
      this.table.put(textKey(sha256), chargePointId);
      this.byChargePoint.put(keyOf(chargePointId, sha256), sha256);
      return chargePointId;
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { value } of [...this.byChargePoint.getRange(allOf(chargePointId))]) {
      this.table.remove(textKey(value));
      this.byChargePoint.remove(keyOf(chargePointId, value));
    }
  }
}
