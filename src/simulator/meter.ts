import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ReadingContext } from '../protocol/v16/generated/messages.ts';
import { Charge, VOLTS } from './charge.ts';
import { readMeter } from './meter-values.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import { MeterValuesCall, type Session } from './session.ts';
import type { Site } from './site.ts';

/** The meter of a connector: counts for as long as the connector lives, and reports while a session runs. */
export class Meter implements AlarmOwner {
  readonly #connectorId: number;
  readonly #site: Site;
  readonly #alarm = new Alarm(this, 0);
  readonly #onReading: () => void;
  #session: Session | undefined;
  #registerWh: number;
  /**
   * Epoch ms of the newest reading: no two share a timestamp, so none can pass for a repetition of another.
   */
  #readAt = 0;

  /** @param onReading called after each periodic reading. */
  constructor(connectorId: number, site: Site, onReading: () => void) {
    this.#connectorId = connectorId;
    this.#site = site;
    this.#onReading = onReading;
    this.#registerWh = site.random.below(4_000_000);
  }

  /** Imported energy, Wh. */
  get registerWh(): number {
    return this.#registerWh;
  }

  /** Epoch ms of now, later than any reading before. */
  nextReadingAt(): number {
    const { scheduler } = this.#site.world;
    return Math.max(scheduler.epochMs(scheduler.now()), this.#readAt + 1);
  }

  begin(session: Session): void {
    const { scheduler } = this.#site.world;
    this.#session = session;
    this.#readAt = session.startedAt;
    const interval = this.#intervalMs();
    // Any point of the interval, so that a fleet that started together does not report together.
    if (interval > 0)
      scheduler.set(this.#alarm, scheduler.now() + interval * this.#site.random.between(0.05, 1));
  }

  /** Takes the last reading of the session and returns its epoch ms. */
  end(session: Session): number {
    this.#site.world.scheduler.cancel(this.#alarm);
    const readAt = this.#advance(session);
    this.#registerWh = session.charge.registerWh;
    this.#session = undefined;
    return readAt;
  }

  onAlarm(_kind: number, dueAt: number): void {
    const interval = this.#intervalMs();
    if (interval > 0) this.#site.world.scheduler.set(this.#alarm, dueAt + interval);
    this.send('Sample.Periodic', dueAt);
    this.#onReading();
  }

  /** Sends a reading that is due at `dueAt`. */
  send(context: ReadingContext, dueAt: number): void {
    const { habits, recorder } = this.#site.world;
    const session = this.#session;
    const charge = session?.charge ?? this.#restingCharge();
    const readAt = session === undefined ? this.nextReadingAt() : this.#advance(session);
    this.#readAt = readAt;
    const reading = readMeter(charge, habits.samplesPerMeterValue, writeTimestamp(readAt), context);
    const { index } = this.#site;
    this.#site.submit(
      new MeterValuesCall(this.#connectorId, session, reading, readAt, dueAt, index, recorder),
    );
  }

  /** A per phase on each phase that the vehicle loads, now. */
  currentOf({ charge }: Session): number {
    const { scheduler } = this.#site.world;
    const elapsed = Math.max(0, scheduler.epochMs(scheduler.now()) - this.#readAt);
    return charge.powerAfter(elapsed) / (VOLTS * charge.phases);
  }

  /** The charge point offers `ampere` per phase from now on. */
  offer(session: Session, ampere: number, isFirst: boolean): void {
    if (!isFirst) this.#advance(session);
    session.charge.offer(ampere, isFirst);
  }

  /** Brings the session's charge up to now. */
  #advance(session: Session): number {
    const readAt = this.nextReadingAt();
    session.charge.advance(readAt - this.#readAt);
    this.#readAt = readAt;
    return readAt;
  }

  #restingCharge(): Charge {
    const nobody = { capacityWh: 1, maxPowerW: 0, soc: 1, targetSoc: 1 };
    return new Charge(this.#site.hardware, nobody, this.#registerWh, this.#site.random);
  }

  #intervalMs(): number {
    const { configuration, world } = this.#site;
    return configuration.isSet('MeterValueSampleInterval')
      ? configuration.number('MeterValueSampleInterval') * 1000
      : world.habits.meterIntervalMs;
  }
}
