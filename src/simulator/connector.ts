import type {
  AuthorizeResponse,
  ChargePointStatus,
  Reason,
  StartTransactionResponse,
} from '../protocol/v16/generated/messages.ts';
import { Availability, type Reservation } from './availability.ts';
import { Charge } from './charge.ts';
import { Meter } from './meter.ts';
import { ProfileFollower } from './profile-follower.ts';
import { ReportedStatus } from './reported-status.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import { Session, StartTransactionCall, StopTransactionCall } from './session.ts';
import type { Site } from './site.ts';

type Step = 'idle' | 'plugged' | 'authorizing' | 'charging' | 'finishing' | 'faulted';

/** One connector (numbered from 1): plug, card, transaction, meter. What happens next rings as an alarm. */
export class Connector implements AlarmOwner {
  readonly id: number;
  readonly #site: Site;
  readonly #status: ReportedStatus;
  readonly #meter: Meter;
  #session: Session | undefined;
  readonly #availability: Availability;
  #step: Step = 'idle';
  readonly #routine = new Alarm(this, 0);
  readonly #follower: ProfileFollower;

  constructor(id: number, site: Site) {
    this.id = id;
    this.#site = site;
    this.#status = new ReportedStatus(site, id);
    this.#availability = new Availability(site, () => this.endReservation());
    this.#meter = new Meter(id, site, () => this.#onReading());
    this.#follower = new ProfileFollower(site, this.#meter, () => this.#onOffer());
  }

  get status(): ChargePointStatus {
    return this.#status.value;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get reservation(): Reservation | undefined {
    return this.#availability.reservation;
  }

  /** Nothing goes on here that would still have to be told. */
  get isSettled(): boolean {
    return this.#session === undefined && this.#step === 'idle';
  }

  /** Whether a session with this tag could begin now. */
  isFreeFor(idTag: string): boolean {
    return (this.#step === 'idle' || this.#step === 'plugged') && this.#availability.isFreeFor(idTag);
  }

  /** People begin to come. */
  open(): void {
    const wait = this.#site.world.habits.firstSessionAfterMs(this.#site.random);
    if (wait !== undefined && this.#step === 'idle') this.#after(wait);
  }

  onAlarm(_kind: number, dueAt: number): void {
    switch (this.#step) {
      case 'idle':
        this.#plugIn(dueAt);
        break;
      case 'plugged':
        this.#authorize(this.#site.world.habits.idTag(this.#site.index, this.#site.random), dueAt);
        break;
      case 'charging':
        this.stop('Local', dueAt);
        break;
      case 'finishing':
      case 'faulted':
        this.#release();
        break;
      case 'authorizing':
        break;
    }
  }

  #plugIn(dueAt: number): void {
    const { habits } = this.#site.world;
    if (this.#site.isWindingDown) return;
    if (!this.#availability.isFreeForAll) {
      this.#after(habits.pauseMs(this.#site.random));
      return;
    }
    const fault = habits.fault(this.#site.random);
    if (fault !== undefined) {
      this.#step = 'faulted';
      this.#status.set('Faulted', fault.errorCode, fault.info);
      this.#after(fault.lastsMs);
      return;
    }
    this.#status.set('Preparing');
    this.#step = 'plugged';
    const wait = habits.plugInMs(this.#site.random);
    if (wait > 0) this.#after(wait);
    else this.#authorize(habits.idTag(this.#site.index, this.#site.random), dueAt);
  }

  /**
   * Somebody held up a card, or the Central System did it for them. Offline the card is taken on trust
   * (LocalAuthorizeOffline).
   */
  #authorize(idTag: string, dueAt: number): void {
    const site = this.#site;
    if (!site.isOnline) {
      this.#start(idTag, dueAt);
      return;
    }
    this.#step = 'authorizing';
    site.send(
      'Authorize',
      { idTag },
      {
        dueAt,
        onResult: (payload) => {
          const { idTagInfo } = payload as AuthorizeResponse;
          if (idTagInfo.status === 'Accepted') this.#start(idTag, site.world.scheduler.now());
          else this.#turnAway(`tag ${idTag} is ${idTagInfo.status}`);
        },
        onFailure: (failure) => {
          if (failure === 'offline') this.#start(idTag, site.world.scheduler.now());
          else this.#release();
        },
      },
    );
  }

  #turnAway(detail: string): void {
    const { id, world } = this.#site;
    world.recorder.problem({ kind: 'unexpected', chargePointId: id, action: 'Authorize', detail });
    this.#release();
  }

  /** RemoteStartTransaction was accepted (OCPP 1.6 ed. 2 §5.11). */
  remoteStart(idTag: string): void {
    if (!this.isFreeFor(idTag)) return;
    const now = this.#site.world.scheduler.now();
    if (this.#step === 'idle') this.#status.set('Preparing');
    if (this.#site.configuration.flag('AuthorizeRemoteTxRequests')) this.#authorize(idTag, now);
    else this.#start(idTag, now);
  }

  #start(idTag: string, dueAt: number): void {
    const site = this.#site;
    const { scheduler, habits, recorder, traffic } = site.world;
    if (site.isWindingDown) {
      this.#release();
      return;
    }
    const charge = new Charge(
      site.hardware,
      habits.vehicle(site.hardware, site.random),
      this.#meter.registerWh,
      site.random,
      habits.rampMs,
    );
    const reservation = this.reservation?.idTag === idTag ? this.reservation : undefined;
    const session = new Session(this.id, idTag, charge, this.#meter.nextReadingAt(), reservation?.id);
    if (reservation !== undefined) this.#availability.free();
    this.#session = session;
    this.#step = 'charging';
    traffic.openTransactions++;
    site.submit(
      new StartTransactionCall(session, dueAt, (payload) => {
        const { transactionId, idTagInfo } = payload as StartTransactionResponse;
        session.transactionId = transactionId;
        recorder.transactionStarted(site.index, session.meterStartWh, session.startedAt);
        if (this.#session !== session) return;
        if (idTagInfo.status === 'Accepted') {
          if (this.#status.value === 'Preparing') this.#showCharging();
        } else if (site.configuration.flag('StopTransactionOnInvalidId')) {
          this.stop('DeAuthorized', scheduler.now());
        }
      }),
    );
    this.#meter.begin(session);
    this.#follower.begin(session);
    if (!site.isOnline) this.#showCharging();
    this.#after(habits.sessionMs(site.random));
  }

  /** A per phase that flow now. */
  get current(): number {
    return this.#session === undefined ? 0 : this.#meter.currentOf(this.#session);
  }

  /** Installed profiles have changed, or what they say has. */
  obeyProfiles(): void {
    this.#follower.obey();
  }

  #onOffer(): void {
    if (this.#status.value === 'Charging' || this.#status.value === 'SuspendedEVSE') this.#showCharging();
  }

  #showCharging(): void {
    const status = this.#session?.charge.offeredAmpere === 0 ? 'SuspendedEVSE' : 'Charging';
    if (this.#status.value !== status) this.#status.set(status);
  }

  /** Ends the transaction, if there is one (OCPP 1.6 ed. 2 §4.10). */
  stop(reason: Reason, dueAt: number): void {
    const session = this.#session;
    if (session === undefined) return;
    const site = this.#site;
    const { habits, recorder, traffic } = site.world;
    const stoppedAt = this.#meter.end(session);
    this.#session = undefined;
    this.#follower.end();
    site.dropTxProfiles(this.id);
    traffic.openTransactions--;
    site.submit(
      new StopTransactionCall(
        session,
        {
          stoppedAt,
          meterStopWh: Math.round(session.charge.registerWh),
          // Both spellings of the ordinary case are legal, so both are sent.
          reason: reason === 'Local' && site.index % 2 === 0 ? undefined : reason,
          withTransactionData: habits.sendsTransactionData(site.index),
        },
        dueAt,
        site.index,
        recorder,
      ),
    );
    this.#step = 'finishing';
    this.#status.set('Finishing');
    this.#after(habits.unplugMs(site.random));
  }

  /** Stops the transaction at `dueAt` and lets nobody begin another one. */
  windDown(dueAt: number): void {
    if (this.#step === 'charging') this.#site.world.scheduler.set(this.#routine, dueAt);
    else if (this.#step === 'idle') this.#site.world.scheduler.cancel(this.#routine);
    else if (this.#step === 'plugged') this.#release();
  }

  /** The power was away: transactions are over, nothing is plugged in as far as the charge point knows. */
  restart(): void {
    this.#status.reset(this.#availability.restingStatus);
    this.#step = 'idle';
    if (!this.#site.isWindingDown) this.#after(this.#site.world.habits.pauseMs(this.#site.random));
  }

  /** @returns what ChangeAvailability is to be answered with (OCPP 1.6 ed. 2 §5.2). */
  changeAvailability(operative: boolean): 'Accepted' | 'Scheduled' {
    this.#availability.isOperative = operative;
    return this.applyAvailability();
  }

  /** Shows what has become of the availability of the connector or of the whole charge point. */
  applyAvailability(): 'Accepted' | 'Scheduled' {
    if (this.#session !== undefined || this.#step === 'finishing') return 'Scheduled';
    if (this.#step === 'idle' && this.#status.value !== this.#availability.restingStatus)
      this.#status.set(this.#availability.restingStatus);
    return 'Accepted';
  }

  reserve(reservation: Reservation): void {
    this.#availability.reserve(reservation);
    if (this.#status.value !== 'Reserved') this.#status.set('Reserved');
  }

  /** The reservation expired or was cancelled. */
  endReservation(): void {
    this.#availability.free();
    if (this.#status.value === 'Reserved') this.#status.set(this.#availability.restingStatus);
  }

  /** Sends the present status; again only if it has changed since the Central System last confirmed it. */
  announce(again: boolean, early = false): void {
    this.#status.announce(again, early);
  }

  /** Sends a reading that somebody asked for. */
  triggerMeterValues(): void {
    this.#meter.send('Trigger', this.#site.world.scheduler.now());
  }

  #onReading(): void {
    if (this.#session?.charge.isFull === true && this.#status.value === 'Charging')
      this.#status.set('SuspendedEV');
  }

  #release(): void {
    this.#step = 'idle';
    this.#status.set(this.#availability.restingStatus);
    if (!this.#site.isWindingDown) this.#after(this.#site.world.habits.pauseMs(this.#site.random));
  }

  #after(ms: number): void {
    const { scheduler } = this.#site.world;
    scheduler.set(this.#routine, scheduler.now() + ms);
  }
}
