import type { MeterDigest } from '../protocol/meter-message.ts';

/** Worse than any place. */
const NOWHERE = Number.POSITIVE_INFINITY;

/**
 * What the last meter values of a connector said. Register and power are each taken from the best place where
 * they were ever read over this socket: the meter at the inlet of a charge point is another one than that at
 * its outlet, and some messages name only the one.
 */
export class LiveMeter {
  /** Time of the newest sample, epoch ms. */
  at = 0;
  /** Wh, where the last message told it. */
  registerWh: number | undefined = undefined;
  /** W, where the last message told it. */
  powerW: number | undefined = undefined;
  private registerPlace = NOWHERE;
  private powerPlace = NOWHERE;

  take({ at, lastRegisterWh, powerW, registerPlace = 0, powerPlace = 0 }: MeterDigest): void {
    const hasRegister = lastRegisterWh !== undefined && registerPlace <= this.registerPlace;
    const hasPower = powerW !== undefined && powerPlace <= this.powerPlace;
    // It tells only of another meter.
    if (!hasRegister && !hasPower && (lastRegisterWh !== undefined || powerW !== undefined)) return;
    if (hasRegister) this.registerPlace = registerPlace;
    if (hasPower) this.powerPlace = powerPlace;
    this.at = at;
    this.registerWh = hasRegister ? lastRegisterWh : undefined;
    this.powerW = hasPower ? powerW : undefined;
  }
}
