import { Alarm, type AlarmOwner, type Scheduler } from './scheduler.ts';

/**
 * Something that happens at a steady rate, whatever became of what happened before: an open loop. It goes on
 * until it is stopped.
 */
export class SteadyStream implements AlarmOwner {
  readonly #scheduler: Scheduler;
  readonly #everyMs: number;
  readonly #onDue: (dueAt: number) => void;
  readonly #alarm = new Alarm(this, 0);

  /** @param perSecond more than 0. */
  constructor(scheduler: Scheduler, perSecond: number, onDue: (dueAt: number) => void) {
    this.#scheduler = scheduler;
    this.#everyMs = 1000 / perSecond;
    this.#onDue = onDue;
    scheduler.set(this.#alarm, scheduler.now() + this.#everyMs);
  }

  stop(): void {
    this.#scheduler.cancel(this.#alarm);
  }

  onAlarm(_kind: number, dueAt: number): void {
    this.#scheduler.set(this.#alarm, dueAt + this.#everyMs);
    this.#onDue(dueAt);
  }
}
