import { Fleet } from '../../src/simulator/fleet.ts';
import type { Problem, Recorder } from '../../src/simulator/recorder.ts';
import { placeOf, SiteHabits, type SitePlace } from './site-habits.ts';

export interface SiteFleetOptions {
  readonly ocppUrl: string;
  readonly chargePoints: number;
  readonly identityPrefix: string;
  readonly idTags: readonly string[];
  readonly speed: number;
  readonly seed: number;
}

/** What really flows at one moment, read from the simulated vehicles and not from what they report. */
export interface SiteMoment {
  /** A on L1, L2, L3. */
  readonly current: readonly [number, number, number];
  readonly sessions: number;
  /** Of those that could be given power: online, willing, and nothing flows. */
  readonly paused: number;
  readonly offline: number;
}

/** A current from which on a vehicle charges, A. */
const CHARGES = 5;

/** The charge points of a simulated site. */
export class SiteFleet {
  readonly fleet: Fleet;
  readonly places: readonly SitePlace[];
  /** Unexpected things; a cut line and its consequences are not. */
  readonly problems: Problem[] = [];
  /** Longest that a vehicle stood without a turn while it could have had one, real ms. */
  longestWait = 0;
  readonly #waits: { session: unknown; ms: number }[];
  #lookedAt: number | undefined;

  constructor({ ocppUrl, chargePoints, identityPrefix, idTags, speed, seed }: SiteFleetOptions) {
    this.places = Array.from({ length: chargePoints }, (_, index) => placeOf(index));
    this.#waits = this.places.map(() => ({ session: undefined, ms: 0 }));
    this.fleet = new Fleet({
      url: ocppUrl,
      chargePoints,
      identity: (index) => `${identityPrefix}${index}`,
      habits: new SiteHabits({
        speed,
        chargePoints,
        idTags,
        place: (index) => this.places[index] ?? placeOf(index),
      }),
      recorder: recorderOf(this.problems),
      seed,
    });
  }

  /** As the API of sites wants them. */
  members(group: string) {
    return this.fleet.chargePoints.map(({ id, index }) => {
      const { phases, rating } = this.places[index] ?? placeOf(index);
      return { chargePointId: id, connectorId: 1, group, phases, rating };
    });
  }

  /** What flows at `now`, monotonic ms; also keeps the time that vehicles wait for a turn. */
  look(now: number): SiteMoment {
    const elapsed = now - (this.#lookedAt ?? now);
    this.#lookedAt = now;
    const current: [number, number, number] = [0, 0, 0];
    let sessions = 0;
    let paused = 0;
    let offline = 0;
    for (const chargePoint of this.fleet.chargePoints) {
      const { phases, refuses } = this.places[chargePoint.index] ?? placeOf(chargePoint.index);
      const [connector] = chargePoint.connectors;
      if (!chargePoint.isOnline) offline++;
      const wait = this.#waits[chargePoint.index];
      const session = connector?.session;
      if (connector === undefined || session === undefined || wait === undefined) continue;
      sessions++;
      const flowing = connector.current;
      for (const phase of phases)
        current[PHASES.indexOf(phase)] = (current[PHASES.indexOf(phase)] ?? 0) + flowing;
      if (wait.session !== session || flowing >= CHARGES) {
        wait.session = session;
        wait.ms = 0;
      } else if (chargePoint.isOnline && !refuses && session.transactionId !== undefined) {
        paused++;
        wait.ms += elapsed;
        this.longestWait = Math.max(this.longestWait, wait.ms);
      }
    }
    return { current, sessions, paused, offline };
  }

  /** Cuts the lines of a part of the charge points, spread over all kinds, for `ms`. */
  cutLines(part: number, ms: number): void {
    const every = Math.round(1 / part);
    for (const chargePoint of this.fleet.chargePoints) {
      // Groups of ten are alike, so the number is shifted from one to the next.
      if ((chargePoint.index + Math.floor(chargePoint.index / 10)) % every === 0) chargePoint.cutLine(ms);
    }
  }
}

const PHASES = ['L1', 'L2', 'L3'];

function recorderOf(problems: Problem[]): Recorder {
  return {
    answered: () => undefined,
    connected: () => undefined,
    problem(problem) {
      if (problem.kind !== 'dropped' && problem.kind !== 'refused') problems.push(problem);
    },
    samplesConfirmed: () => undefined,
    samplesRepeated: () => undefined,
    transactionStarted: () => undefined,
    transactionStopped: () => undefined,
  };
}
