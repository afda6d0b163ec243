import type { BootNotificationResponse, RegistrationStatus } from '../protocol/v16/generated/messages.ts';
import { serialNumberOf } from './hardware.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import type { Site } from './site.ts';

const BOOT = 0;
const HEARTBEAT = 1;

/** The wait after Pending or Rejected where the Central System leaves it to the charge point (interval 0). */
const OWN_BOOT_RETRY_MS = 10_000;

/** Who is registered. */
export interface RegistrationOwner {
  readonly firmwareVersion: string;
  /** BootNotification was answered with Accepted; `isNew`: the charge point had not been accepted before. */
  onAccepted(isNew: boolean): void;
}

/**
 * What the Central System thinks of a charge point (OCPP 1.6 ed. 2 §4.2), and the heartbeats that follow from
 * it (§4.6).
 */
export class Registration implements AlarmOwner {
  readonly #site: Site;
  readonly #owner: RegistrationOwner;
  #status: RegistrationStatus | undefined;
  #needsBoot = true;
  readonly #heartbeat = new Alarm(this, HEARTBEAT);
  #boot: Alarm | undefined;

  constructor(site: Site, owner: RegistrationOwner) {
    this.#site = site;
    this.#owner = owner;
  }

  /** Has to boot before it says anything else. */
  get needsBoot(): boolean {
    return this.#needsBoot;
  }

  get isAccepted(): boolean {
    return this.#status === 'Accepted' && !this.#needsBoot;
  }

  /** Whatever was believed before, it has to boot. */
  forget(): void {
    this.#needsBoot = true;
  }

  /** The line is gone: nothing is due any more. */
  pause(): void {
    const { scheduler } = this.#site.world;
    scheduler.cancel(this.#heartbeat);
    if (this.#boot !== undefined) scheduler.cancel(this.#boot);
  }

  onAlarm(kind: number, dueAt: number): void {
    if (kind === BOOT) this.bootNotification();
    else this.#beat(dueAt);
  }

  bootNotification(): void {
    const { vendor, model } = this.#site.hardware;
    const { scheduler } = this.#site.world;
    this.#site.send(
      'BootNotification',
      {
        chargePointVendor: vendor,
        chargePointModel: model,
        chargePointSerialNumber: serialNumberOf(this.#site.index),
        firmwareVersion: this.#owner.firmwareVersion,
        meterType: 'simulated',
      },
      {
        early: true,
        onResult: (payload) => this.#onBootAnswered(payload as BootNotificationResponse),
        onFailure: (failure) => {
          if (failure !== 'offline') this.#bootAfter(scheduler.now() + OWN_BOOT_RETRY_MS);
        },
      },
    );
  }

  #onBootAnswered({ status, interval }: BootNotificationResponse): void {
    const { configuration, random, world } = this.#site;
    const { scheduler } = world;
    const now = scheduler.now();
    this.#status = status;
    if (status !== 'Accepted') {
      this.#bootAfter(now + (interval > 0 ? interval * 1000 : OWN_BOOT_RETRY_MS));
      return;
    }
    const isNew = this.#needsBoot;
    this.#needsBoot = false;
    if (interval > 0) configuration.assign('HeartbeatInterval', String(interval));
    const beat = this.#heartbeatMs();
    // The phase is drawn, so that a fleet that booted together does not beat together.
    if (beat > 0) scheduler.set(this.#heartbeat, now + beat * random.between(0.1, 1));
    this.#owner.onAccepted(isNew);
  }

  #bootAfter(at: number): void {
    this.#boot ??= new Alarm(this, BOOT);
    this.#site.world.scheduler.set(this.#boot, at);
  }

  #beat(dueAt: number): void {
    const interval = this.#heartbeatMs();
    if (interval > 0) this.#site.world.scheduler.set(this.#heartbeat, dueAt + interval);
    this.#site.send('Heartbeat', {}, { dueAt });
  }

  #heartbeatMs(): number {
    const { configuration, world } = this.#site;
    return world.habits.heartbeatMs ?? configuration.number('HeartbeatInterval') * 1000;
  }
}
