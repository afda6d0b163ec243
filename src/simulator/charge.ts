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
}

const MS_PER_HOUR = 3_600_000;

/** A charging process in physical terms: power follows the state of charge, energy follows power. */
export class Charge {
  readonly #hardware: Hardware;
  readonly #vehicle: Vehicle;
  readonly #random: Random;
  /** Share of the vehicle's wish that this charge point's mood grants, around 1. */
  #drift = 1;
  soc: number;
  /** Imported energy since the meter was made, Wh; never falls and is not rebased (OCPP 1.6 ed. 2 §7.31). */
  registerWh: number;
  /** Wh since the last `advance`. */
  intervalWh = 0;
  powerW = 0;

  constructor(hardware: Hardware, vehicle: Vehicle, registerWh: number, random: Random) {
    this.#hardware = hardware;
    this.#vehicle = vehicle;
    this.#random = random;
    this.soc = vehicle.soc;
    this.registerWh = registerWh;
    this.powerW = this.#drawnPower();
  }

  get hardware(): Hardware {
    return this.#hardware;
  }

  get isFull(): boolean {
    return this.soc >= this.#vehicle.targetSoc;
  }

  /** Lets `elapsedMs` pass. */
  advance(elapsedMs: number): void {
    this.intervalWh = (this.powerW * Math.max(0, elapsedMs)) / MS_PER_HOUR;
    this.registerWh += this.intervalWh;
    this.soc = Math.min(1, this.soc + this.intervalWh / this.#vehicle.capacityWh);
    this.#drift = Math.min(1.02, Math.max(0.94, this.#drift + this.#random.between(-0.01, 0.01)));
    this.powerW = this.#drawnPower();
  }

  #drawnPower(): number {
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
