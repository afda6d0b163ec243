import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CertificateRequest } from '../../store/certificate-requests.ts';
import { versionBefore } from '../../store/record-version.ts';
import { isOpenSigning, type Signing } from '../../store/signings.ts';
import type { Store } from '../../store/store.ts';

/** Requests that are read in one go. */
const READ_AT_ONCE = 200;

/**
 * Edges of several machines number requests by clocks of their own, and hear of each other late: so far back
 * is looked again for one that is new, ms.
 */
const OVERLAP_MS = 60_000;

/** Reads what edges keep of SignCertificate, in its order, and begins a signing for each. */
export class RequestIntake {
  private readonly store: Pick<Store, 'certificateRequests' | 'signings'>;
  private readonly clock: () => number;
  private readonly overlap: number;
  /** The last one. */
  private taken: CertificateRequest | undefined;
  private isStopped = false;

  /** `isShared`: edges of several machines write requests down. */
  constructor(
    store: Pick<Store, 'certificateRequests' | 'signings'>,
    clock: () => number,
    isShared: boolean,
  ) {
    this.store = store;
    this.clock = clock;
    this.overlap = isShared ? OVERLAP_MS : 0;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Takes up what is new; returns the ids. */
  async takeUp(): Promise<string[]> {
    const { certificateRequests, signings } = this.store;
    const added: string[] = [];
    let last = this.taken && { ...this.taken, seq: versionBefore(this.taken.seq, this.overlap) };
    for (let isMore = true; isMore && !this.isStopped; ) {
      const requests = certificateRequests.since(last, READ_AT_ONCE);
      for (const request of requests) {
        if (this.isStopped) return added;
        const known = signings.of(request.chargePointId);
        if (!known.some((signing) => isTakenUp(request, signing))) {
          await this.take(request, known);
          added.push(request.id);
        }
        last = request;
        this.taken = request;
      }
      isMore = requests.length === READ_AT_ONCE;
      if (isMore) await nextTurn();
    }
    return added;
  }

  /** A charge point that got no certificate yet may repeat itself: that changes nothing. */
  private async take(request: CertificateRequest, known: readonly Signing[]): Promise<void> {
    const now = this.clock();
    const isRepeated = known.some(({ csr, state }) => csr === request.csr && isOpenSigning(state));
    const problem = 'it repeats one that is under way';
    const repeated = { state: 'superseded', problem, endedAt: now } as const;
    await this.store.signings.add({ ...NEW, ...request, nextAt: now, ...(isRepeated && repeated) });
  }
}

const NEW = {
  state: 'received',
  problem: null,
  attempts: 0,
  sendings: 0,
  reference: null,
  sentAt: null,
  sha256: null,
  chain: null,
  endedAt: null,
} as const;

/**
 * Whether `signing` is what an earlier process has made of the request, or of a later one of the same charge
 * point.
 */
function isTakenUp({ id, seq, receivedAt }: CertificateRequest, signing: Signing): boolean {
  return signing.id === id || (signing.seq > seq && signing.receivedAt >= receivedAt);
}
