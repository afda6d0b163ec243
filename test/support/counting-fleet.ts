import { onTestFinished } from 'vitest';
import { Ledger } from '../../load/ledger.ts';
import type { Vehicle } from '../../src/simulator/charge.ts';
import { Fleet } from '../../src/simulator/fleet.ts';
import type { Fault } from '../../src/simulator/habits.ts';
import type { Hardware } from '../../src/simulator/hardware.ts';
import type { Random } from '../../src/simulator/random.ts';
import type { MeterSampleTotals } from '../../src/simulator/recorder.ts';
import { BriskHabits } from './brisk-habits.ts';
import { TallyRecorder } from './tally-recorder.ts';

/** Energy register and power: a reading is one of each. */
const SAMPLES_PER_READING = 2;

/** A session as its charge point tells it. Times are epoch ms. */
export interface ToldSession {
  readonly startedAt: number;
  readonly meterStart: number;
  readonly stoppedAt?: number;
  readonly energyWh?: number;
}

/** Simulated charge points with one connector each, whose books say what a Central System must show. */
export interface CountingFleet {
  readonly books: Books;
  start(): void;
  identity(index: number): string;
  /** Those that no fault has befallen. */
  working(): number[];
  /** Sends `home` home; the others stay in the session that they begin next. */
  settle(home: readonly number[]): void;
  /** Ends all sessions; resolves when everything is confirmed. */
  goHome(): Promise<void>;
  /** Cuts the line of one; resolves when it has come back. */
  cutLine(index: number): Promise<void>;
  isIdle(index: number): boolean;
  /** W and Wh of the last reading. */
  powerOf(index: number): number;
  registerOf(index: number): number;
}

/** The card that is presented at a charge point, and nowhere else. */
export function cardOf(index: number): string {
  return `COUNT-${index}`;
}

/** Starts nothing yet; stopped after the test. The first `faults` sessions become faults that last. */
export function countingFleet(
  url: string,
  { chargePoints, faults }: { readonly chargePoints: number; readonly faults: number },
): CountingFleet {
  const books = new Books(chargePoints);
  const habits = new CountedHabits(faults);
  const identity = (index: number) => `SUM-${index}`;
  const fleet = new Fleet({ url, chargePoints, identity, habits, recorder: books, seed: 11 });
  onTestFinished(() => fleet.stop());
  const of = (index: number) => {
    const chargePoint = fleet.chargePoints[index];
    const connector = chargePoint?.connectors[0];
    if (!chargePoint || !connector) throw new RangeError(`no charge point ${index}`);
    return { chargePoint, connector };
  };
  return {
    books,
    identity,
    start: () => fleet.start(50),
    working: () =>
      fleet.chargePoints.flatMap(({ index }) => (of(index).connector.status === 'Faulted' ? [] : [index])),
    settle(home) {
      habits.stay();
      for (const index of home) of(index).chargePoint.windDown(fleet.scheduler.now());
    },
    async goHome() {
      fleet.windDown(100);
      const isOver = () => books.started === books.stopped && fleet.traffic.waitingCalls === 0;
      while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async cutLine(index) {
      const { connections } = books;
      of(index).chargePoint.cutLine(100);
      while (books.connections === connections) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    isIdle: (index) => of(index).chargePoint.isSettled,
    powerOf: (index) => Math.round(of(index).connector.session?.charge.powerW ?? 0),
    registerOf: (index) => Math.round(of(index).connector.session?.charge.registerWh ?? 0),
  };
}

/** What was confirmed: totals in a ledger, sessions and readings one by one. */
class Books extends TallyRecorder {
  readonly ledger: Ledger;
  readonly #sessions: ToldSession[][];
  readonly #readings: number[][];

  constructor(chargePoints: number) {
    super();
    this.ledger = new Ledger(chargePoints);
    this.#sessions = Array.from({ length: chargePoints }, () => []);
    this.#readings = Array.from({ length: chargePoints }, () => []);
  }

  /** Oldest first. */
  sessionsOf(index: number): readonly ToldSession[] {
    return this.#sessions[index] ?? [];
  }

  /** Times of all readings, epoch ms; those at both ends of a session are of the energy register alone. */
  readingsOf(index: number): readonly number[] {
    return this.#readings[index] ?? [];
  }

  /** Times of the readings of the session that runs, without those at its ends. */
  readingsOfRunning(index: number): readonly number[] {
    const last = this.sessionsOf(index).at(-1);
    if (last === undefined || last.stoppedAt !== undefined) return [];
    return this.readingsOf(index).filter((at) => at > last.startedAt);
  }

  override samplesConfirmed(chargePoint: number, totals: MeterSampleTotals): void {
    super.samplesConfirmed(chargePoint, totals);
    this.ledger.confirmSamples(chargePoint, totals);
    const { firstAt, lastAt } = totals;
    this.#readings[chargePoint]?.push(...(firstAt === lastAt ? [firstAt] : [firstAt, lastAt]));
  }

  override transactionStarted(chargePoint = 0, meterStart = 0, startedAt = 0): void {
    super.transactionStarted();
    this.ledger.startTransaction(chargePoint);
    this.#sessions[chargePoint]?.push({ startedAt, meterStart });
  }

  override transactionStopped(chargePoint: number, energyWh: number, stoppedAt = 0): void {
    super.transactionStopped(chargePoint, energyWh);
    this.ledger.stopTransaction(chargePoint, energyWh);
    const sessions = this.#sessions[chargePoint] ?? [];
    const last = sessions.pop();
    if (last) sessions.push({ ...last, energyWh, stoppedAt });
  }
}

/** Sessions of a second, one after the other, with so much power that they count. */
class CountedHabits extends BriskHabits {
  #sessionMs = 900;
  #faults: number;

  constructor(faults: number) {
    super({ samplesPerMeterValue: SAMPLES_PER_READING, meterIntervalMs: 120 });
    this.#faults = faults;
  }

  /** Sessions that begin from now on do not end by themselves. */
  stay(): void {
    this.#sessionMs = 3_600_000;
  }

  override hardware(): Hardware {
    return { ...super.hardware(), maxPowerW: 2_200_000 };
  }

  override vehicle(_hardware: Hardware, random: Random): Vehicle {
    return { capacityWh: 1e9, maxPowerW: random.between(300_000, 900_000), soc: 0.3, targetSoc: 1 };
  }

  override sessionMs(): number {
    return this.#sessionMs;
  }

  override idTag(chargePoint: number): string {
    return cardOf(chargePoint);
  }

  override fault(): Fault | undefined {
    if (this.#faults === 0) return undefined;
    this.#faults--;
    return { errorCode: 'GroundFailure', info: 'residual current', lastsMs: 3_600_000 };
  }

  override sendsTransactionData(): boolean {
    return true;
  }
}
