import type { SiteMoment } from '../../load/site/site-fleet.ts';
import { placeOf, SiteHabits } from '../../load/site/site-habits.ts';
import { CallBudget } from '../../src/operations/sites/budget.ts';
import { Meters } from '../../src/operations/sites/meters.ts';
import type { Reply } from '../../src/operations/sites/outcome.ts';
import { PlannerMetrics } from '../../src/operations/sites/planner-metrics.ts';
import { SitePlanner } from '../../src/operations/sites/site-planner.ts';
import type { SetChargingProfileRequest } from '../../src/protocol/v16/generated/messages.ts';
import { Charge, VOLTS } from '../../src/simulator/charge.ts';
import type { Hardware } from '../../src/simulator/hardware.ts';
import { Random } from '../../src/simulator/random.ts';
import { planSite } from '../../src/smart-charging/site-plan.ts';
import type { Store } from '../../src/store/store.ts';
import { logTo, throttled } from '../../src/telemetry/log.ts';

/** How often the model moves on, simulated ms: that of the real planner's ticks. */
const TICK = 100;
const SECOND = 1000;
const METER_INTERVAL = 20 * SECOND;
const SETTINGS = { interval: SECOND, settle: 5 * SECOND, turnWithin: 900 * SECOND, callsPerSecond: 200 };
/** Least time between two rounds after an answer, as a part of the interval. */
const SHORTEST = 0.3;
/** A current from which on a vehicle charges, A. */
const CHARGES = 5;
const PHASES = { L1: 0, L2: 1, L3: 2 } as const;

/** What goes on at a connector at one moment. */
interface ModelledConnector {
  readonly isCharging: boolean;
  readonly refuses: boolean;
  /** A per phase. */
  readonly flowing: number;
}

interface Held {
  readonly connectorId: number;
  readonly chargingProfileId: number;
  readonly purpose: string;
  readonly stackLevel: number;
}

/**
 * The planner with the charge points, vehicles and people of the site scenario, and nothing between them but
 * a delay: no sockets, no disk, and a clock of its own that passes 45 minutes in seconds.
 */
export class ModelledSite {
  readonly planner: SitePlanner;
  /** Longest that a vehicle stood without a turn while it could have had one, ms. */
  longestWait = 0;
  /** CALLs that were sent. */
  calls = 0;
  /** A per phase. */
  limit: number;
  readonly #points: readonly ModelledChargePoint[];
  readonly #random: Random;
  readonly #meters: Meters;
  readonly #answers: { readonly at: number; readonly give: () => void }[] = [];
  #version = 1;
  #now = Date.parse('2026-03-02T12:00:00Z');
  readonly #began = this.#now;
  #dueAt = 0;
  #startedAt = 0;
  #fetchedAt = 0;
  #wakes: number[] = [];
  #running = false;

  constructor(chargePoints: number, limit: number, seed: number) {
    this.limit = limit;
    this.#random = new Random(seed);
    const habits = new SiteHabits({ speed: 1, chargePoints, idTags: [], place: placeOf });
    this.#points = Array.from(
      { length: chargePoints },
      (_, index) => new ModelledChargePoint(index, habits, Random.forPart(seed, index), this.#now),
    );
    const byId = new Map(this.#points.map((point) => [point.id, point]));
    const at = (id: string): ModelledChargePoint => byId.get(id) as ModelledChargePoint;
    this.#meters = new Meters({
      call: async (_edge: string, _method: string, { chargePointIds }: { chargePointIds: string[] }) => ({
        meters: chargePointIds.flatMap((id) => at(id).meter ?? []),
      }),
    } as never);
    const store = {
      refresh: () => undefined,
      sites: { get: () => this.#site() },
      sitePlans: { get: () => undefined, put: async () => undefined, remove: async () => undefined },
      transactions: { openOn: (id: string) => at(id).known },
      chargingProfiles: { of: (id: string) => at(id).held },
      configurations: { get: () => undefined },
      sessions: { get: () => undefined },
      chargingWishes: { get: () => undefined },
    } as unknown as Store;
    this.planner = new SitePlanner({
      siteId: 'site',
      store,
      settings: SETTINGS,
      budget: new CallBudget(SETTINGS.callsPerSecond, 500, this.#now),
      meters: this.#meters,
      metrics: new PlannerMetrics(),
      log: throttled(logTo({ write: () => undefined }, 'fatal', 'test'), 1000),
      edgeOf: (id) => (at(id).isOnline ? 'edge-0' : undefined),
      call: (id, { action, payload }) => this.#call(at(id), action, payload as SetChargingProfileRequest),
      plan: async (input) => planSite(input),
      wake: () => this.#wake(),
      wakeIn: (ms) => void this.#wakes.push(this.#now + ms),
      clock: () => this.#now,
    });
  }

  /** Simulated ms since the begin. */
  get elapsed(): number {
    return this.#now - this.#began;
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    for (const end = this.#now + ms; this.#now < end; ) {
      this.#now += TICK;
      for (const point of this.#points) point.moveTo(this.#now);
      while (this.#answers.length > 0 && (this.#answers[0]?.at ?? 0) <= this.#now)
        this.#answers.shift()?.give();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#wakes.some((at) => at <= this.#now)) this.#wake();
      this.#wakes = this.#wakes.filter((at) => at > this.#now);
      if (this.#now - this.#fetchedAt >= SETTINGS.interval) {
        this.#fetchedAt = this.#now;
        for (const [edge, ids] of this.planner.metered())
          await this.#meters.fetch(edge, ids, () => this.#now);
      }
      if (this.#now >= this.#dueAt && !this.#running) {
        this.#startedAt = this.#now;
        this.#dueAt = this.#now + SETTINGS.interval;
        this.#running = true;
        await this.planner.round();
        this.#running = false;
      }
      for (const point of this.#points) this.longestWait = Math.max(this.longestWait, point.waitedFor(TICK));
    }
  }

  setLimit(current: number): void {
    this.limit = current;
    this.#version++;
    this.#dueAt = this.#now;
  }

  /** Cuts the lines of a fifth, spread over all kinds. */
  cutLines(ms: number): void {
    for (const point of this.#points) {
      if ((point.index + Math.floor(point.index / 10)) % 5 === 0)
        point.offlineUntil = this.#now + ms + this.#random.between(0, 10 * SECOND);
    }
  }

  /** What flows now, in the vehicles and not by what is reported. */
  look(): SiteMoment {
    const current: [number, number, number] = [0, 0, 0];
    let [sessions, paused, offline] = [0, 0, 0];
    for (const point of this.#points) {
      const { isCharging, refuses, flowing } = point.look();
      if (!point.isOnline) offline++;
      if (isCharging) sessions++;
      if (isCharging && point.isOnline && !refuses && flowing < CHARGES) paused++;
      for (const phase of placeOf(point.index).phases) current[PHASES[phase]] += flowing;
    }
    return { current, sessions, paused, offline };
  }

  #wake(): void {
    this.#dueAt = Math.min(this.#dueAt, this.#startedAt + SHORTEST * SETTINGS.interval);
  }

  #call(point: ModelledChargePoint, action: string, payload: SetChargingProfileRequest): Promise<Reply> {
    this.calls++;
    const at = this.#now + this.#random.between(100, 500);
    return new Promise((resolve) => {
      const give = (): void => resolve(point.take(action, payload, this.#now));
      const place = this.#answers.findIndex((one) => one.at > at);
      this.#answers.splice(place < 0 ? this.#answers.length : place, 0, { at, give });
    });
  }

  #site() {
    return {
      id: 'site',
      groups: [
        {
          id: 'site',
          parent: null,
          limit: {
            unit: 'A',
            startSchedule: 0,
            recurrence: 'none',
            periods: [{ startPeriod: 0, perPhase: [this.limit, this.limit, this.limit] }],
          },
        },
      ],
      members: this.#points.map(({ id, index }) => {
        const { phases, rating } = placeOf(index);
        return { chargePointId: id, connectorId: 1, group: 'site', phases, rating };
      }),
      sharing: 'equal',
      minimumCurrent: 6,
      fallbackCurrent: null,
      voltage: VOLTS,
      remoteStop: false,
      version: this.#version,
    };
  }
}

interface ModelledSession {
  readonly transactionId: number;
  readonly startedAt: number;
  readonly receivedAt: number;
  readonly charge: Charge;
  readonly endsAt: number;
  readAt: number;
  meterAt: number;
}

class ModelledChargePoint {
  readonly id: string;
  readonly index: number;
  readonly #hardware: Hardware;
  readonly #habits: SiteHabits;
  readonly #random: Random;
  readonly #refuses: boolean;
  #session: ModelledSession | undefined;
  #comesAt: number;
  #now: number;
  #default: number | undefined;
  #share: number | undefined;
  #transactions = 0;
  #waited = 0;
  offlineUntil = 0;
  /** The transaction that the gateway knows of. */
  known: { transactionId: number; startedAt: number; receivedAt: number; meterStart: number } | undefined;
  meter: { chargePointId: string; connectorId: number; at: number; powerW: number } | undefined;
  held: Held[] = [];

  constructor(index: number, habits: SiteHabits, random: Random, now: number) {
    this.id = `CP-${index}`;
    this.index = index;
    this.#habits = habits;
    this.#random = random;
    this.#now = now;
    this.#hardware = habits.hardware(index);
    this.#refuses = placeOf(index).refuses;
    this.#comesAt = now + 30 * SECOND + habits.firstSessionAfterMs(random);
  }

  get isOnline(): boolean {
    return this.#now >= this.offlineUntil;
  }

  moveTo(now: number): void {
    this.#now = now;
    if (this.#session === undefined) {
      if (now >= this.#comesAt) this.#begin();
    } else if (now >= this.#session.endsAt) this.#end();
    const session = this.#session;
    if (session !== undefined && now >= session.meterAt) {
      session.meterAt += METER_INTERVAL;
      this.#advance(session);
      if (this.isOnline) {
        const { powerW } = session.charge;
        this.meter = { chargePointId: this.id, connectorId: 1, at: now, powerW };
      }
    }
    if (this.isOnline) this.#tell();
  }

  /** What the gateway knows of is what is so, as soon as the line is there. */
  #tell(): void {
    const session = this.#session;
    if (this.known?.transactionId === session?.transactionId) return;
    this.known = session && { ...session, receivedAt: this.#now, meterStart: 0 };
  }

  take(action: string, { csChargingProfiles: profile }: SetChargingProfileRequest, now: number): Reply {
    if (!this.isOnline) return { outcome: 'timeout', messageId: '' };
    const answer = (status: string): Reply => ({
      outcome: 'result',
      messageId: '',
      payload: { status },
      durationMs: 1,
    });
    if (this.#refuses || action !== 'SetChargingProfile') return answer('Rejected');
    const { chargingProfilePurpose: purpose, chargingProfileId, stackLevel, transactionId } = profile;
    const current = profile.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? 0;
    if (purpose === 'TxProfile') {
      if (transactionId !== this.#session?.transactionId) return answer('Rejected');
      this.#share = current;
    } else this.#default = current;
    this.held = this.held.filter((one) => one.purpose !== purpose);
    this.held.push({ connectorId: 1, chargingProfileId, purpose, stackLevel });
    if (this.#session !== undefined) {
      this.#now = now;
      this.#advance(this.#session);
      this.#session.charge.offer(this.#offer);
    }
    return answer('Accepted');
  }

  /** Adds to the wait for a turn; answers it, ms. */
  waitedFor(ms: number): number {
    const { isCharging, flowing, refuses } = this.look();
    if (!isCharging || flowing >= CHARGES) this.#waited = 0;
    else if (this.isOnline && !refuses) this.#waited += ms;
    return this.#waited;
  }

  look(): ModelledConnector {
    const session = this.#session;
    const refuses = this.#refuses;
    if (session === undefined) return { isCharging: false, refuses, flowing: 0 };
    const power = session.charge.powerAfter(this.#now - session.readAt);
    return { isCharging: true, refuses, flowing: power / (VOLTS * session.charge.phases) };
  }

  get #offer(): number {
    return this.#share ?? this.#default ?? Number.POSITIVE_INFINITY;
  }

  #begin(): void {
    const vehicle = this.#habits.vehicle(this.#hardware, this.#random);
    const charge = new Charge(this.#hardware, vehicle, 0, this.#random, this.#habits.rampMs);
    if (this.#default !== undefined) charge.offer(this.#default, true);
    this.#session = {
      transactionId: this.index * 1000 + ++this.#transactions,
      startedAt: this.#now,
      receivedAt: this.#now,
      charge,
      endsAt: this.#now + this.#habits.sessionMs(this.#random),
      readAt: this.#now,
      meterAt: this.#now + this.#random.between(0.05, 1) * METER_INTERVAL,
    };
  }

  #end(): void {
    this.#session = undefined;
    this.#share = undefined;
    this.held = this.held.filter(({ purpose }) => purpose !== 'TxProfile');
    this.#comesAt = this.#now + this.#habits.unplugMs(this.#random) + this.#habits.pauseMs(this.#random);
  }

  #advance(session: ModelledSession): void {
    session.charge.advance(this.#now - session.readAt);
    session.readAt = this.#now;
  }
}
