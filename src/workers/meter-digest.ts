import { DEFAULT_LIMITS } from '../energy/limits.ts';
import { impossibility } from '../energy/reading.ts';
import type { MeterDigest } from '../protocol/meter-message.ts';

export const ENERGY_REGISTER = 'Energy.Active.Import.Register';
export const POWER = 'Power.Active.Import';

/** Where meters sit (OCPP 1.6 ed. 2 §7.24), the place first whose values count before those of the others. */
const PLACES = new Map(['Outlet', 'Inlet', 'Cable', 'EV', 'Body'].map((location, rank) => [location, rank]));

/**
 * The rank of a location, 0 for the outlet and where none is named: what is read at several of them is never
 * mixed.
 */
export function placeOf(location: string | undefined): number {
  return location === undefined || location === '' ? 0 : (PLACES.get(location) ?? PLACES.size);
}

/**
 * Whether a sample says what its connector is at: a begin value is what it was at, however often and late it
 * is repeated, and an interval is no register.
 */
export function isLive(measurand: string, context: string | undefined): boolean {
  return measurand === POWER || (measurand === ENERGY_REGISTER && context !== 'Transaction.Begin');
}

/**
 * Picks the last energy register and the last power out of the samples of one message, each from the best
 * place that it names. A value over all phases is taken as it is; where the charge point names only phases,
 * those of the newest time are added up. What no meter can show is left out.
 */
export class DigestReader {
  private connectorId = 0;
  private at = 0;
  private samples = 0;
  private readonly energy = new NewestTotal();
  private readonly power = new NewestTotal();

  begin(connectorId: number): void {
    this.connectorId = connectorId;
    this.at = 0;
    this.samples = 0;
    this.energy.begin(NOWHERE, -1);
    this.power.begin(NOWHERE, -1);
  }

  /** Any sample: `at` is the newest of them. */
  see(ts: number): void {
    this.samples++;
    if (ts > this.at) this.at = ts;
  }

  /** A sample that `isLive`; `place` as `placeOf`, `unit` Wh, kWh, W or kW, empty for the default. */
  take(measurand: string, phase: string, place: number, unit: string, value: number, ts: number): void {
    const scaled = unit === 'kWh' || unit === 'kW' ? value * 1000 : value;
    if (measurand === POWER) {
      if (scaled <= DEFAULT_LIMITS.maxPowerW) this.power.add(phase, place, scaled, ts);
    } else if (impossibility(scaled) === undefined) {
      this.energy.add(phase, place, scaled, ts);
    }
  }

  /** Undefined where the message had no sample at all. */
  end(): MeterDigest | undefined {
    if (this.samples === 0) return undefined;
    const { connectorId, at, energy, power } = this;
    const digest: { -readonly [Member in keyof MeterDigest]: MeterDigest[Member] } = { connectorId, at };
    const lastRegisterWh = energy.total();
    const powerW = power.total();
    if (lastRegisterWh !== undefined) {
      digest.lastRegisterWh = lastRegisterWh;
      if (energy.place > 0) digest.registerPlace = energy.place;
    }
    if (powerW !== undefined) {
      digest.powerW = powerW;
      if (power.place > 0) digest.powerPlace = power.place;
    }
    return digest;
  }
}

/** Worse than any place. */
const NOWHERE = PLACES.size + 1;

/** The newest value of one measurand over all phases, from the best place that has any. */
class NewestTotal {
  place = NOWHERE;
  private ts = -1;
  private whole: number | undefined;
  private readonly phases: (number | undefined)[] = [undefined, undefined, undefined];

  begin(place: number, ts: number): void {
    this.place = place;
    this.ts = ts;
    this.whole = undefined;
    this.phases.fill(undefined);
  }

  add(phase: string, place: number, value: number, ts: number): void {
    const conductor = phase === '' ? undefined : CONDUCTORS.get(phase);
    if (phase !== '' && conductor === undefined) return;
    if (place > this.place || (place === this.place && ts < this.ts)) return;
    if (place < this.place || ts > this.ts) this.begin(place, ts);
    if (conductor === undefined) this.whole = value;
    else this.phases[conductor] = value;
  }

  total(): number | undefined {
    if (this.whole !== undefined) return this.whole;
    let sum: number | undefined;
    for (const value of this.phases) if (value !== undefined) sum = (sum ?? 0) + value;
    return sum;
  }
}

/** A phase has two names: against neutral it is the same one. */
const CONDUCTORS: ReadonlyMap<string, number> = new Map([
  ['L1', 0],
  ['L2', 1],
  ['L3', 2],
  ['L1-N', 0],
  ['L2-N', 1],
  ['L3-N', 2],
]);
