import type { CompiledProfile } from './compiled-profile.ts';

const INACTIVE = -1;

/**
 * Walks the profiles of one purpose forward in time and finds which one governs: at each instant the highest
 * stack level that is valid and has a period running then; a lower level takes over, at its own elapsed time,
 * when a higher one ends (OCPP 1.6 ed. 2 §3.13.2, errata 3.43).
 *
 * A profile is looked at again only when the answer about it can change, so a walk costs one look per change
 * of a profile, not one per profile and step.
 */
export class LevelCursor {
  /** Index of the governing profile, or -1 where none is active. */
  governing = INACTIVE;
  /** Until when (exclusive, epoch ms) the governing profile and its period stay the same. */
  until = Number.NEGATIVE_INFINITY;

  /** Highest stack level first. */
  readonly profiles: readonly CompiledProfile[];
  readonly #period: Int32Array;
  readonly #changesAt: Float64Array;
  #chargingSince = 0;

  constructor(profiles: readonly CompiledProfile[]) {
    this.profiles = profiles;
    this.#period = new Int32Array(profiles.length);
    this.#changesAt = new Float64Array(profiles.length);
  }

  /** Starts a new walk; `chargingSince` (epoch ms) anchors profiles that count from the start of charging. */
  reset(chargingSince: number): void {
    this.#chargingSince = chargingSince;
    this.#changesAt.fill(Number.NEGATIVE_INFINITY);
    this.until = Number.NEGATIVE_INFINITY;
    this.governing = INACTIVE;
  }

  /** Moves to `instant` (epoch ms, never backwards within a walk). */
  moveTo(instant: number): void {
    if (instant < this.until) return;
    const changesAt = this.#changesAt;
    const period = this.#period;
    let until = Number.POSITIVE_INFINITY;
    this.governing = INACTIVE;
    for (let index = 0; index < changesAt.length; index++) {
      if ((changesAt[index] as number) <= instant) this.#look(index, instant);
      if ((changesAt[index] as number) < until) until = changesAt[index] as number;
      if (period[index] !== INACTIVE) {
        this.governing = index;
        break;
      }
    }
    this.until = until;
  }

  /** Limit of the governing profile in tenths of its unit. Only valid while one governs. */
  get limit(): number {
    return this.#governingProfile().limits[this.#period[this.governing] as number] as number;
  }

  get phases(): number {
    return this.#governingProfile().phases[this.#period[this.governing] as number] as number;
  }

  get unit(): CompiledProfile['unit'] {
    return this.#governingProfile().unit;
  }

  #governingProfile(): CompiledProfile {
    return this.profiles[this.governing] as CompiledProfile;
  }

  /** Finds the period of one profile that runs at `instant`, and until when that answer holds. */
  #look(index: number, instant: number): void {
    const profile = this.profiles[index] as CompiledProfile;
    const anchor = Number.isNaN(profile.anchor) ? this.#chargingSince : profile.anchor;
    const begins = Math.max(profile.validFrom, anchor);
    if (instant < begins) {
      this.#set(index, INACTIVE, begins);
      return;
    }
    if (instant >= profile.validTo) {
      this.#set(index, INACTIVE, Number.POSITIVE_INFINITY);
      return;
    }

    const { recurrence, starts, runs } = profile;
    const sinceAnchor = instant - anchor;
    const elapsed = recurrence === Number.POSITIVE_INFINITY ? sinceAnchor : sinceAnchor % recurrence;
    const roundBegan = instant - elapsed;
    if (elapsed >= runs) {
      this.#set(index, INACTIVE, roundBegan + recurrence);
      return;
    }

    let running = starts.length - 1;
    while (running >= 0 && (starts[running] as number) > elapsed) running--;
    const nextStart =
      running + 1 < starts.length ? (starts[running + 1] as number) : Number.POSITIVE_INFINITY;
    this.#set(index, running, Math.min(roundBegan + Math.min(nextStart, runs), profile.validTo));
  }

  #set(index: number, period: number, changesAt: number): void {
    this.#period[index] = period;
    this.#changesAt[index] = changesAt;
  }
}
