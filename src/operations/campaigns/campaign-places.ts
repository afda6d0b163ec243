import type { ChargePointCalls } from '../charge-point-calls.ts';

/** How long a charge point that could not be asked is left alone, ms. */
const TRY_AGAIN_MS = 10_000;

/** Where the charge points of a campaign stand, as far as this process has to do with them. */
export class CampaignPlaces {
  readonly pending = new Set<string>();
  /** Those whose CALL this process is waiting for. */
  readonly asking = new Set<string>();
  /** Those whose job goes on, or whose CALL an earlier process had sent. */
  readonly followed = new Set<string>();
  private readonly notBefore = new Map<string, number>();
  private readonly calls: Pick<ChargePointCalls, 'isConnected'>;
  /** Epoch ms. */
  private readonly clock: () => number;

  constructor(calls: Pick<ChargePointCalls, 'isConnected'>, clock: () => number) {
    this.calls = calls;
    this.clock = clock;
  }

  canBeAsked(chargePointId: string): boolean {
    return (this.notBefore.get(chargePointId) ?? 0) <= this.clock() && this.calls.isConnected(chargePointId);
  }

  /** It is asked now. */
  ask(chargePointId: string): void {
    this.pending.delete(chargePointId);
    this.followed.delete(chargePointId);
    this.notBefore.delete(chargePointId);
    this.asking.add(chargePointId);
  }

  /** It is asked again, behind all others and not at once. */
  leaveAlone(chargePointId: string): void {
    this.pending.add(chargePointId);
    this.notBefore.set(chargePointId, this.clock() + TRY_AGAIN_MS);
  }

  /** Its next step is taken again, and not at once. */
  followLater(chargePointId: string): void {
    this.followed.add(chargePointId);
    this.notBefore.set(chargePointId, this.clock() + TRY_AGAIN_MS);
  }
}
