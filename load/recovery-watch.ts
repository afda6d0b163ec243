import type { FleetReport } from './fleet-messages.ts';
import { type Recovery, sumTraffic } from './measurements.ts';

/**
 * Notices from the reports of the simulating processes when a fleet that lost its sockets is there again, all
 * of it accepted.
 */
export class RecoveryWatch {
  readonly #chargePoints: number;
  readonly #onRecovery: (recovery: Recovery) => void;
  #kill: { readonly at: number; readonly clock: number; most: number; least: number } | undefined;

  constructor(chargePoints: number, onRecovery: (recovery: Recovery) => void) {
    this.#chargePoints = chargePoints;
    this.#onRecovery = onRecovery;
  }

  /** An edge is killed now, `at` seconds since the begin of the ramp. */
  begin(at: number): void {
    this.#kill = { at, clock: performance.now(), most: 0, least: Number.POSITIVE_INFINITY };
  }

  look(latest: readonly FleetReport[]): void {
    const kill = this.#kill;
    if (kill === undefined) return;
    const { booted } = sumTraffic(latest);
    kill.most = Math.max(kill.most, booted);
    kill.least = Math.min(kill.least, booted);
    // The first reports are from before the kill.
    if (booted < this.#chargePoints || kill.least === this.#chargePoints) return;
    this.#kill = undefined;
    this.#onRecovery({
      at: kill.at,
      sockets: kill.most - kill.least,
      afterMs: performance.now() - kill.clock,
    });
  }
}
