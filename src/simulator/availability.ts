import type { ChargePointStatus } from '../protocol/v16/generated/messages.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import type { Site } from './site.ts';

/** A reservation that a connector holds (OCPP 1.6 ed. 2 §5.13). */
export interface Reservation {
  readonly id: number;
  readonly idTag: string;
  readonly parentIdTag: string | undefined;
  /** Scheduler time. */
  readonly endsAt: number;
}

/** Whom a connector is there for while nobody uses it: switched off for all, reserved for one, or free. */
export class Availability implements AlarmOwner {
  readonly #site: Site;
  readonly #onExpiry: () => void;
  /** As ChangeAvailability left it; takes effect when no transaction runs. */
  isOperative = true;
  #reservation: Reservation | undefined;
  #end: Alarm | undefined;

  /** @param onExpiry called when a reservation is over by itself. */
  constructor(site: Site, onExpiry: () => void) {
    this.#site = site;
    this.#onExpiry = onExpiry;
  }

  get reservation(): Reservation | undefined {
    return this.#reservation;
  }

  get isFreeForAll(): boolean {
    return this.#isOn && this.#reservation === undefined;
  }

  isFreeFor(idTag: string): boolean {
    return this.#isOn && (this.#reservation === undefined || this.#reservation.idTag === idTag);
  }

  /** What the connector shows while nobody uses it. */
  get restingStatus(): ChargePointStatus {
    if (!this.#isOn) return 'Unavailable';
    return this.#reservation === undefined ? 'Available' : 'Reserved';
  }

  reserve(reservation: Reservation): void {
    this.#reservation = reservation;
    this.#end ??= new Alarm(this, 0);
    this.#site.world.scheduler.set(this.#end, reservation.endsAt);
  }

  /** The reservation is used, cancelled or over. */
  free(): void {
    this.#reservation = undefined;
    if (this.#end !== undefined) this.#site.world.scheduler.cancel(this.#end);
  }

  onAlarm(): void {
    this.#onExpiry();
  }

  get #isOn(): boolean {
    return this.isOperative && !this.#site.isInoperative;
  }
}
