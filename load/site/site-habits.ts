import { type Vehicle, VOLTS } from '../../src/simulator/charge.ts';
import type { Hardware } from '../../src/simulator/hardware.ts';
import { LoadHabits } from '../../src/simulator/load-habits.ts';
import type { Random } from '../../src/simulator/random.ts';

/** The connectors of the simulated site, by the number of the charge point. */
export interface SitePlace {
  /** Phases of the site that it is wired to. */
  readonly phases: readonly ('L1' | 'L2' | 'L3')[];
  /** A per phase. */
  readonly rating: number;
  /** It refuses every charging profile. */
  readonly refuses: boolean;
}

export interface SiteHabitsOptions {
  /** Simulated seconds that pass in a real one: everything takes so many times less. */
  readonly speed: number;
  readonly chargePoints: number;
  readonly idTags: readonly string[];
  readonly place: (index: number) => SitePlace;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * A per phase that a modest vehicle takes at most: from a little above the least that charges at all (IEC
 * 61851).
 */
const MODEST = [7, 19] as const;

const ROTATIONS = [
  ['L1', 'L2', 'L3'],
  ['L2', 'L3', 'L1'],
  ['L3', 'L1', 'L2'],
] as const;

/**
 * What a charge point is like: every tenth refuses profiles, one in five is single-phase, wired to the phases
 * in turn.
 */
export function placeOf(index: number): SitePlace {
  const phases = ROTATIONS[Math.floor(index / 10) % 3] as (typeof ROTATIONS)[number];
  if (index % 10 === 9) return { phases: phases.slice(0, 1), rating: 10, refuses: true };
  if (index % 5 === 3) return { phases: phases.slice(0, 1), rating: 32, refuses: false };
  return { phases, rating: 32, refuses: false };
}

/**
 * People who charge for half an hour to an hour and a half, and come back soon; a third of the vehicles take
 * less than they could be given.
 */
export class SiteHabits extends LoadHabits {
  readonly #options: SiteHabitsOptions;
  override readonly rampMs: number;
  override readonly transactionMessageRetryMs: number;

  constructor(options: SiteHabitsOptions) {
    super({
      samplesPerMeterValue: 5,
      meterIntervalMs: (20 * SECOND) / options.speed,
      sessionMs: (60 * MINUTE) / options.speed,
      idTags: options.idTags,
      callTimeoutMs: 10 * SECOND,
      bootAfterReconnect: 'half',
      reconnectSpreadMs: (10 * SECOND) / options.speed,
    });
    this.#options = options;
    this.rampMs = (4 * SECOND) / options.speed;
    this.transactionMessageRetryMs = (5 * SECOND) / options.speed;
  }

  override hardware(chargePoint: number): Hardware {
    const { phases, rating } = this.#options.place(chargePoint);
    return {
      ...super.hardware(chargePoint),
      phases: phases.length === 1 ? 1 : 3,
      maxPowerW: rating * VOLTS * phases.length,
    };
  }

  override firstSessionAfterMs(random: Random): number {
    return random.between(0, (3 * MINUTE) / this.#options.speed);
  }

  override pauseMs(random: Random): number {
    return random.between(1, 5) * (MINUTE / this.#options.speed);
  }

  override unplugMs(random: Random): number {
    return random.between(0.1, 0.5) * (MINUTE / this.#options.speed);
  }

  override vehicle(hardware: Hardware, random: Random): Vehicle {
    const modest = random.chance(0.33);
    return {
      capacityWh: 1e9,
      // What its charger takes is the vehicle's own affair, wherever it is plugged in.
      maxPowerW: modest ? random.between(...MODEST) * VOLTS * hardware.phases : 1.1 * hardware.maxPowerW,
      soc: random.between(0.1, 0.5),
      targetSoc: 1,
    };
  }

  override idTag(chargePoint: number): string {
    return this.#options.idTags[chargePoint % this.#options.idTags.length] ?? '';
  }

  override takesProfiles(chargePoint: number): boolean {
    return !this.#options.place(chargePoint).refuses;
  }
}
