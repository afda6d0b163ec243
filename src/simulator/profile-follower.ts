import type { Meter } from './meter.ts';
import { offerAt } from './offer.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import type { Session } from './session.ts';
import type { Site } from './site.ts';

/**
 * Offers a session what the installed charging profiles allow, now and whenever they say something new
 * (OCPP 1.6 ed. 2 §3.13).
 */
export class ProfileFollower implements AlarmOwner {
  readonly #site: Site;
  readonly #meter: Meter;
  readonly #onOffer: () => void;
  #session: Session | undefined;
  /** When profiles say something new by themselves. */
  #next: Alarm | undefined;

  /** @param onOffer called after each offer. */
  constructor(site: Site, meter: Meter, onOffer: () => void) {
    this.#site = site;
    this.#meter = meter;
    this.#onOffer = onOffer;
  }

  begin(session: Session): void {
    this.#session = session;
    if (this.#site.profiles.length > 0) this.#offer(session, true);
  }

  /** Installed profiles have changed, or what they say has. */
  obey(): void {
    if (this.#session !== undefined) this.#offer(this.#session, false);
  }

  end(): void {
    this.#session = undefined;
    if (this.#next !== undefined) this.#site.world.scheduler.cancel(this.#next);
  }

  onAlarm(): void {
    this.obey();
  }

  #offer(session: Session, isFirst: boolean): void {
    const { scheduler } = this.#site.world;
    const now = scheduler.now();
    const { connectorId, transactionId, startedAt } = session;
    const at = scheduler.epochMs(now);
    const offer = offerAt(this.#site.profiles, { connectorId, transactionId, startedAt }, at);
    this.#meter.offer(session, offer.current, isFirst);
    this.#onOffer();
    if (offer.until === Number.POSITIVE_INFINITY) {
      if (this.#next !== undefined) scheduler.cancel(this.#next);
      return;
    }
    this.#next ??= new Alarm(this, 0);
    scheduler.set(this.#next, now + offer.until - at);
  }
}
