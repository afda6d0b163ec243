import { fingerprintOf } from '../certificates/certificate.ts';
import type { Environment, Table } from '../journal/environment.ts';
import { allOf, keyOf } from './keys.ts';
import type { StatePath } from './state-path.ts';

/**
 * Whose the client certificates are that nobody told Farad of: the first charge point's that was recognised
 * by one (security whitepaper ed. 3 A00.FR.405). In `state`, since edges see them.
 */
export interface ShownCertificates {
  holder(der: Uint8Array): string | undefined;
  /** The charge point was recognised by it. Answers whose it is. */
  shown(der: Uint8Array, chargePointId: string): Promise<string>;
}

/** A certificate that a charge point was recognised by. */
interface Shown {
  readonly chargePointId: string;
  /** When it was, epoch ms; 0 where an older Farad did not say. */
  readonly at: number;
}

const TABLE = 'shown-certificates';

/** Since version 2 the charge point is part of each key, so that no two of them ever write the same one. */
export function noteWhoShowed(environment: Environment): void {
  const table = environment.records<string | Shown>(TABLE);
  for (const { key, value: chargePointId } of [...table.getRange({})]) {
    if (typeof chargePointId !== 'string') continue;
    table.remove(key);
    table.put(Buffer.concat([key, keyOf(chargePointId)]), { chargePointId, at: 0 });
  }
}

export class ShownCertificateTable implements ShownCertificates {
  private readonly path: StatePath;
  /** By SHA-256 and charge point. */
  private readonly table: Table<Shown>;
  /** SHA-256 by charge point. */
  private readonly byChargePoint: Table<string>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records(TABLE);
    this.byChargePoint = path.records('shown-certificates-by-charge-point');
  }

  holder(der: Uint8Array): string | undefined {
    return this.first(fingerprintOf(der));
  }

  async shown(der: Uint8Array, chargePointId: string): Promise<string> {
    const sha256 = fingerprintOf(der);
    const holder = this.first(sha256);
    if (holder !== undefined) return holder;
    return this.path.transact(chargePointId, () => {
      this.path.restOn('shown-certificates', sha256);
      const first = this.first(sha256);
      if (first !== undefined) return first;
      this.table.put(keyOf(sha256, chargePointId), { chargePointId, at: Date.now() });
      this.byChargePoint.put(keyOf(chargePointId, sha256), sha256);
      return chargePointId;
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { value } of [...this.byChargePoint.getRange(allOf(chargePointId))]) {
      this.table.remove(keyOf(value, chargePointId));
      this.byChargePoint.remove(keyOf(chargePointId, value));
    }
  }

  /** Who showed it first. There is one, unless two showed it on two machines in the same moment. */
  private first(sha256: string): string | undefined {
    let first: Shown | undefined;
    for (const { value } of this.table.getRange(allOf(sha256)))
      if (first === undefined || value.at < first.at) first = value;
    return first?.chargePointId;
  }
}
