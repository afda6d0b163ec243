import type { Hardware } from './hardware.ts';
import type { Random } from './random.ts';

/** The vehicle at the other end of the cable. */
export interface Vehicle {
  readonly capacityWh: number;
  /** What its charger or battery takes at most, W. */
  readonly maxPowerW: number;
  /** State of charge on arrival, 0 to 1. */
  readonly soc: number;
  /** It stops drawing power here, 0 to 1. */
  readonly targetSoc: number;
  /** Phases that it loads, AC only; those of the charge point where absent. */
  readonly phases?: 1 | 2 | 3;
}

const MS_PER_HOUR = 3_600_000;
export const VOLTS = 230;
/** IEC 61851 knows no smaller current: below it an AC vehicle pauses. */
const MINIMUM_AMPERE = 6;

/** A charging process in physical terms: power follows the state of charge, energy follows power. */
export class Charge {
  readonly #hardware: Hardware;
  readonly #vehicle: Vehicle;
  readonly #random: Random;
  /** Share of the vehicle's wish that this charge point's mood grants, around 1. */
  #drift = 1;
  // Fields that begin as numbers are changed in place; those that begin as undefined would be a new object at
  // each reading.
  soc = 0;
  /** Imported energy since the meter was made, Wh; never falls and is not rebased (OCPP 1.6 ed. 2 §7.31). */
  registerWh = 0;
  /** Wh since the last `advance`. */
  intervalWh = 0;
  powerW = 0;
  /** Most that the charge point offers, W. */
  #offeredW = 0;
  /** What the vehicle has followed of it so far, W. */
  #followedW = 0;
  readonly #rampMs: number;

  /** @param rampMs how long the vehicle takes from nothing to full power and back when the offer changes. */
  constructor(hardware: Hardware, vehicle: Vehicle, registerWh: number, random: Random, rampMs = 0) {
    this.#hardware = hardware;
    this.#vehicle = vehicle;
    this.#random = random;
    this.#rampMs = rampMs;
    this.soc = vehicle.soc;
    this.registerWh = registerWh;
    this.#offeredW = hardware.maxPowerW;
    this.#followedW = hardware.maxPowerW;
    this.powerW = this.#drawnPower();
  }

  get hardware(): Hardware {
    return this.#hardware;
  }

  get isFull(): boolean {
    return this.soc >= this.#vehicle.targetSoc;
  }

  /** Phases that carry current. */
  get phases(): number {
    const { current, phases } = this.#hardware;
    return current === 'DC' ? phases : Math.min(phases, this.#vehicle.phases ?? phases);
  }

  /** What the charge point offers now, A per phase; Infinity for all that it has. */
  get offeredAmpere(): number {
    return this.#offeredW / (VOLTS * this.phases);
  }

  /**
   * Changes the offer to `ampere` per phase. The vehicle follows at its pace, or at once where `isFirst`:
   * nothing flows yet. Bring the charge up to now before.
   */
  offer(ampere: number, isFirst = false): void {
    const { maxPowerW, current } = this.#hardware;
    const isEnough = current === 'DC' || ampere >= MINIMUM_AMPERE;
    this.#offeredW = isEnough ? Math.min(maxPowerW, ampere * VOLTS * this.phases) : 0;
    if (isFirst || this.#rampMs === 0) this.#followedW = Math.min(this.#followedW, this.#offeredW);
    if (this.#rampMs === 0) this.#followedW = this.#offeredW;
    this.powerW = this.#drawnPower();
  }

  /** W that flow `elapsedMs` after the last `advance`; changes nothing. */
  powerAfter(elapsedMs: number): number {
    return Math.min(this.#wishedPower(), this.#followedAfter(elapsedMs));
  }

  /** Lets `elapsedMs` pass. */
  advance(elapsedMs: number): void {
    const passed = Math.max(0, elapsedMs);
    const ramping = this.#rampMs === 0 ? 0 : Math.min(passed, this.#rampLeftMs());
    const then = this.powerAfter(ramping);
    const wattMs = ((this.powerW + then) / 2) * ramping + then * (passed - ramping);
    this.#followedW = this.#followedAfter(passed);
    this.intervalWh = wattMs / MS_PER_HOUR;
    this.registerWh += this.intervalWh;
    this.soc = Math.min(1, this.soc + this.intervalWh / this.#vehicle.capacityWh);
    this.#drift = Math.min(1.02, Math.max(0.94, this.#drift + this.#random.between(-0.01, 0.01)));
    this.powerW = this.#drawnPower();
  }

  #rampLeftMs(): number {
    return (Math.abs(this.#offeredW - this.#followedW) * this.#rampMs) / this.#hardware.maxPowerW;
  }

  #followedAfter(elapsedMs: number): number {
    const left = this.#rampMs === 0 ? 0 : this.#rampLeftMs();
    if (elapsedMs >= left) return this.#offeredW;
    return this.#followedW + ((this.#offeredW - this.#followedW) * elapsedMs) / left;
  }

  #drawnPower(): number {
    return Math.min(this.#wishedPower(), this.#followedW);
  }

  #wishedPower(): number {
    if (this.isFull) return 0;
    const ceiling = Math.min(this.#hardware.maxPowerW, this.#vehicle.maxPowerW);
    const share = this.#hardware.current === 'DC' ? dcShare(this.soc) : acShare(this.soc);
    return Math.min(this.#hardware.maxPowerW, ceiling * share * this.#drift);
  }
}

/** The usual curve of a battery on DC: full power to 55 %, then down in two slopes. */
function dcShare(soc: number): number {
  if (soc < 0.05) return 0.6 + 8 * soc;
  if (soc < 0.55) return 1;
  if (soc < 0.8) return 1 - 2.2 * (soc - 0.55);
  return Math.max(0.06, 0.45 - 1.9 * (soc - 0.8));
}

/** On AC the on-board charger is the limit until the last few percent. */
function acShare(soc: number): number {
  return soc < 0.96 ? 1 : Math.max(0.1, 1 - 22 * (soc - 0.96));
}
