import { type Environment, sizeOf, type Table } from '../journal/environment.ts';
import type { CertificateInput } from './certificate-record.ts';
import type { CertificateTable } from './certificates.ts';
import type { DirectoryPath } from './directory-path.ts';
import { after, allOf, keyOf, textKey } from './keys.ts';
import type { Page } from './listing.ts';

/**
 * - `received`: to be signed.
 * - `ordered`: an outside authority has it, and will answer later.
 * - `signed`: the certificate is there and is to be sent to the charge point.
 * - `sending`: CertificateSigned is about to go out or under way.
 * - `installed`, `rejected`: as the charge point answered.
 * - `refused`: nobody will sign it.
 * - `failed`: given up.
 * - `superseded`: the charge point has made another request since.
 */
export type SigningState =
  | 'received'
  | 'ordered'
  | 'signed'
  | 'sending'
  | 'installed'
  | 'rejected'
  | 'refused'
  | 'failed'
  | 'superseded';

export const SIGNING_STATES = [
  'received',
  'ordered',
  'signed',
  'sending',
  'installed',
  'rejected',
  'refused',
  'failed',
  'superseded',
] as const satisfies readonly SigningState[];

/** It came to nothing, and somebody has to look why. */
export const FAILED_SIGNINGS: readonly SigningState[] = ['rejected', 'refused', 'failed'];

const FAILED: ReadonlySet<SigningState> = new Set(FAILED_SIGNINGS);

const OPEN: ReadonlySet<SigningState> = new Set(['received', 'ordered', 'signed', 'sending']);

/** Whether more may come of a signing in this state. */
export function isOpenSigning(state: SigningState): boolean {
  return OPEN.has(state);
}

/** What became of a signing request. Times are epoch ms. */
export interface Signing {
  /** Of the request. */
  readonly id: string;
  readonly seq: number;
  readonly chargePointId: string;
  readonly csr: string;
  readonly receivedAt: number;
  readonly state: SigningState;
  /** What keeps it from going on, or why it ended as it did, in words. */
  readonly problem: string | null;
  /** How often somebody was asked to sign it, and how often it was sent. */
  readonly attempts: number;
  readonly sendings: number;
  /** Nothing is tried before this. */
  readonly nextAt: number;
  /** Of the last CertificateSigned. */
  readonly reference: string | null;
  readonly sentAt: number | null;
  /** Of the certificate. */
  readonly sha256: string | null;
  /** PEM, as it is sent; null before, and once it has ended. */
  readonly chain: string | null;
  readonly endedAt: number | null;
  /** Rises with each change. */
  readonly version: number;
}

export type SigningChange = Partial<
  Omit<Signing, 'id' | 'seq' | 'chargePointId' | 'csr' | 'receivedAt' | 'version'>
>;

/** What Farad makes of signing requests. In `directory`. */
export interface Signings {
  get(id: string): Signing | undefined;
  /** Newest first, at most `limit`. */
  list(options: { readonly after?: string; readonly limit: number }): Page<Signing>;
  /** Of a charge point, newest first. */
  of(chargePointId: string): Signing[];
  /** Those that have not ended, in the order of their requests. */
  open(options: { readonly after?: string; readonly limit: number }): Page<Signing>;
  /** The last one of each charge point where that came to nothing, newest first. */
  failed(options: { readonly after?: string; readonly limit: number }): Page<Signing>;
  /** How many `open` and `failed` there are, without going through them. */
  counts(): { readonly open: number; readonly failed: number };
  /** Adds one, and ends those of the charge point that are open; false where it is there already. */
  add(signing: Omit<Signing, 'version'>): Promise<boolean>;
  /**
   * Changes it, and keeps a certificate with it, in one transaction; undefined where it is not in one of
   * `from` (any more).
   */
  change(
    id: string,
    from: readonly SigningState[],
    change: SigningChange,
    certificate?: CertificateInput,
  ): Promise<Signing | undefined>;
}

const FAILED_ONES = 'failed-signings';

/** Since version 2 those that came to nothing are found without a look at all the others. */
export function noteFailedSignings(environment: Environment): void {
  const newest = new Map<string, Signing>();
  for (const { value } of environment.records<Signing>('signings').getRange({})) {
    const known = newest.get(value.chargePointId);
    if (known === undefined || known.seq < value.seq) newest.set(value.chargePointId, value);
  }
  const failedOnes = environment.records<string>(FAILED_ONES);
  for (const { state, seq, id } of newest.values())
    if (FAILED.has(state)) void failedOnes.put(keyOf(seq, id), id);
}

/** Signings that are kept of a charge point. */
const KEPT = 10;

export class SigningTable implements Signings {
  private readonly path: DirectoryPath;
  private readonly table: Table<Signing>;
  private readonly byChargePoint: Table<string>;
  private readonly bySeq: Table<string>;
  private readonly openOnes: Table<string>;
  private readonly failedOnes: Table<string>;
  private readonly certificates: CertificateTable;

  constructor(path: DirectoryPath, certificates: CertificateTable) {
    this.path = path;
    this.table = path.records('signings');
    this.byChargePoint = path.records('signings-by-charge-point');
    this.bySeq = path.records('signings-by-seq');
    this.openOnes = path.records('open-signings');
    this.failedOnes = path.records(FAILED_ONES);
    this.certificates = certificates;
  }

  get(id: string): Signing | undefined {
    return this.table.get(textKey(id));
  }

  list(options: { after?: string; limit: number }): Page<Signing> {
    return this.newestFirst(this.bySeq, options);
  }

  failed(options: { after?: string; limit: number }): Page<Signing> {
    return this.newestFirst(this.failedOnes, options);
  }

  counts(): { open: number; failed: number } {
    return { open: sizeOf(this.openOnes).entries, failed: sizeOf(this.failedOnes).entries };
  }

  private newestFirst(
    table: Table<string>,
    { after: last, limit }: { after?: string; limit: number },
  ): Page<Signing> {
    const start = last === undefined ? Buffer.of(255, 255) : Buffer.from(last, 'hex');
    const items: Signing[] = [];
    let seen: string | undefined;
    const range = { start, end: Buffer.of(0), reverse: true, exclusiveStart: true };
    for (const { key, value } of table.getRange(range)) {
      if (items.length === limit) return { items, ...(seen !== undefined && { next: seen }) };
      seen = Buffer.from(key).toString('hex');
      const signing = this.get(value);
      if (signing) items.push(signing);
    }
    return { items };
  }

  of(chargePointId: string): Signing[] {
    return this.all(this.byChargePoint.getRange(allOf(chargePointId))).reverse();
  }

  open({ after: last, limit }: { after?: string; limit: number }): Page<Signing> {
    const start = last === undefined ? Buffer.of(0) : after(Buffer.from(last, 'hex'));
    const entries = Array.from(this.openOnes.getRange({ start, limit }));
    const end = entries.at(-1);
    const isMore = entries.length === limit && end !== undefined;
    return { items: this.all(entries), ...(isMore && { next: Buffer.from(end.key).toString('hex') }) };
  }

  add(signing: Omit<Signing, 'version'>): Promise<boolean> {
    return this.path.transact(() => {
      if (this.get(signing.id)) return false;
      const known = this.of(signing.chargePointId);
      for (const other of known) {
        if (!isOpenSigning(other.state) || !isOpenSigning(signing.state)) continue;
        this.write({ ...other, state: 'superseded', chain: null, endedAt: signing.receivedAt });
      }
      // What came to nothing was tried again.
      for (const { id, seq } of known) this.failedOnes.remove(keyOf(seq, id));
      const byUse = [...known].sort(
        (a, b) => Number(isOpenSigning(b.state)) - Number(isOpenSigning(a.state)),
      );
      for (const old of byUse.slice(KEPT - 1)) this.remove(old);
      this.write({ ...signing, version: 0 });
      return true;
    });
  }

  change(
    id: string,
    from: readonly SigningState[],
    change: SigningChange,
    certificate?: CertificateInput,
  ): Promise<Signing | undefined> {
    return this.path.transact(() => {
      const signing = this.get(id);
      if (signing === undefined || !from.includes(signing.state)) return undefined;
      if (certificate) this.certificates.write(certificate);
      return this.write({ ...signing, ...change });
    });
  }

  private write(input: Signing): Signing {
    const signing = { ...input, version: this.path.nextVersion() };
    const { id, seq, chargePointId, state } = signing;
    this.table.put(textKey(id), signing);
    this.byChargePoint.put(keyOf(chargePointId, seq, id), id);
    this.bySeq.put(keyOf(seq, id), id);
    if (isOpenSigning(state)) this.openOnes.put(keyOf(seq, id), id);
    else this.openOnes.remove(keyOf(seq, id));
    if (FAILED.has(state)) this.failedOnes.put(keyOf(seq, id), id);
    else this.failedOnes.remove(keyOf(seq, id));
    return signing;
  }

  private remove({ id, seq, chargePointId }: Signing): void {
    this.table.remove(textKey(id));
    this.byChargePoint.remove(keyOf(chargePointId, seq, id));
    this.bySeq.remove(keyOf(seq, id));
    this.openOnes.remove(keyOf(seq, id));
    this.failedOnes.remove(keyOf(seq, id));
  }

  private all(entries: Iterable<{ readonly value: string }>): Signing[] {
    return Array.from(entries, ({ value }) => this.get(value)).filter((found) => found !== undefined);
  }
}
