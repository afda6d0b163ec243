import { errorFrame, readFrame, resultFrame } from '../protocol/frame.ts';
import type { ChargePointAction } from '../protocol/v16/actions.ts';
import type { DiagnosticsStatus, FirmwareStatus } from '../protocol/v16/generated/messages.ts';
import { type Call, CallLine } from './call-line.ts';
import { answerCommand } from './commands/commands.ts';
import { Configuration } from './configuration.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { Connector } from './connector.ts';
import type { Controls, LocalList } from './controls.ts';
import type { Hardware } from './hardware.ts';
import type { InstalledProfile } from './installed-profile.ts';
import type { Random } from './random.ts';
import { Registration, type RegistrationOwner } from './registration.ts';
import { ReportedStatus } from './reported-status.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import type { SendOptions } from './site.ts';
import type { WebSocketClient } from './websocket-client.ts';
import type { World } from './world.ts';

/** A soft reset waits so long for its transaction messages to be confirmed. */
const SOFT_RESET_MS = 10_000;

/** One simulated charge point (OCPP 1.6J): it connects, boots, lets people charge, obeys the Central System, and survives its outages. */
export class ChargePoint implements Controls, ConnectionOwner, RegistrationOwner, AlarmOwner {
  readonly index: number;
  readonly id: string;
  readonly world: World;
  readonly random: Random;
  readonly hardware: Hardware;
  readonly configuration = new Configuration();
  readonly connectors: readonly Connector[];
  firmwareStatus: FirmwareStatus = 'Idle';
  firmwareVersion: string;
  diagnosticsStatus: DiagnosticsStatus = 'Idle';
  isWindingDown = false;
  isInoperative = false;
  readonly #line: CallLine;
  readonly #connection: Connection;
  readonly #registration: Registration;
  readonly #status: ReportedStatus;
  #profiles: readonly InstalledProfile[] = [];
  #localList: LocalList | undefined;
  /** People have begun to come. */
  #isOpened = false;
  #rebootBy = 0;
  #reboot: Alarm | undefined;

  constructor(index: number, id: string, world: World, random: Random) {
    this.index = index;
    this.id = id;
    this.world = world;
    this.random = random;
    const { habits, scheduler, recorder, traffic, idPrefix, answerHead } = world;
    this.hardware = habits.hardware(index, random);
    this.firmwareVersion = this.hardware.firmwareVersion;
    this.connectors = Array.from(
      { length: this.hardware.connectors },
      (_, place) => new Connector(place + 1, this),
    );
    if (this.hardware.connectors !== 1)
      this.configuration.assign('NumberOfConnectors', String(this.hardware.connectors));
    this.#status = new ReportedStatus(this, 0);
    this.#registration = new Registration(this, this);
    this.#connection = new Connection(this, this);
    const { configuration } = this;
    this.#line = new CallLine({
      chargePointId: id,
      scheduler,
      recorder,
      traffic,
      idPrefix,
      answerHead,
      callTimeoutMs: habits.callTimeoutMs,
      attempts: () =>
        configuration.isSet('TransactionMessageAttempts')
          ? configuration.number('TransactionMessageAttempts')
          : habits.transactionMessageAttempts,
      retryMs: () =>
        configuration.isSet('TransactionMessageRetryInterval')
          ? configuration.number('TransactionMessageRetryInterval') * 1000
          : habits.transactionMessageRetryMs,
      onNotAccepted: () => this.#onNotAccepted(),
    });
  }

  get isOnline(): boolean {
    return this.#connection.isOpen && this.#registration.isAccepted;
  }

  get profiles(): readonly InstalledProfile[] {
    return this.#profiles;
  }

  set profiles(profiles: readonly InstalledProfile[]) {
    this.#profiles = profiles;
    for (const connector of this.connectors) connector.obeyProfiles();
  }

  dropTxProfiles(connectorId: number): void {
    if (this.#profiles.length === 0) return;
    this.#profiles = this.#profiles.filter(
      (installed) =>
        installed.connectorId !== connectorId || installed.profile.chargingProfilePurpose !== 'TxProfile',
    );
  }

  get localList(): LocalList {
    this.#localList ??= { version: 0, entries: new Map() };
    return this.#localList;
  }

  /** Nothing is under way or waiting to be told; a charge point that is offline may be settled too. */
  get isSettled(): boolean {
    return this.#line.isIdle && this.connectors.every((connector) => connector.isSettled);
  }

  /** Connects at `dueAt` (scheduler time) and lives from then on. */
  start(dueAt: number): void {
    this.#connection.start(dueAt);
  }

  /** Ends transactions at `dueAt` and begins no more. */
  windDown(dueAt: number): void {
    this.isWindingDown = true;
    for (const connector of this.connectors) connector.windDown(dueAt);
  }

  /** Leaves for good, with a closing handshake. */
  stop(): void {
    const { scheduler } = this.world;
    this.#registration.pause();
    if (this.#reboot !== undefined) scheduler.cancel(this.#reboot);
    this.#connection.stop();
  }

  /** The line is cut for `ms`; people charge on meanwhile. */
  cutLine(ms: number): void {
    this.#connection.cut(ms);
  }

  /** Somebody presents a card who does not mean to charge here now: an Authorize, due at `dueAt`. */
  presentCard(idTag: string, expected: string, dueAt: number): void {
    if (!this.isOnline) return;
    this.send(
      'Authorize',
      { idTag },
      {
        dueAt,
        onResult: (payload) => {
          const { status } = (payload as { idTagInfo: { status: string } }).idTagInfo;
          if (status === expected) return;
          const detail = `tag ${idTag} is ${status}, not ${expected}`;
          this.world.recorder.problem({
            kind: 'unexpected',
            chargePointId: this.id,
            action: 'Authorize',
            detail,
          });
        },
      },
    );
  }

  onAlarm(): void {
    this.#rebootWhenQuiet();
  }

  onConnected(client: WebSocketClient): void {
    if (this.#registration.needsBoot) {
      this.#line.attach(client, false);
      this.bootNotification();
      return;
    }
    this.world.traffic.booted++;
    this.#line.attach(client, true);
    this.#announceAll(false);
  }

  takeBytes(payload: Buffer): boolean {
    return this.#line.takeEmptyResult(payload);
  }

  onText(text: string): void {
    if (this.#line.takeResult(text)) return;
    const reading = readFrame(text);
    switch (reading.type) {
      case 'result':
        this.#line.onResult(reading.messageId, reading.payload);
        break;
      case 'error':
        this.#line.onError(reading.messageId, reading.code, reading.description);
        break;
      case 'call':
        this.#onCall(reading.messageId, reading.action, reading.payload);
        break;
      case 'malformed':
        this.#reportMalformed(`${reading.code}: ${reading.description}: ${text.slice(0, 200)}`);
        break;
      case 'ignored':
        this.#reportMalformed(reading.reason);
        break;
    }
  }

  onDisconnected(): void {
    const { traffic, habits } = this.world;
    if (this.isOnline) traffic.booted--;
    this.#registration.pause();
    this.#line.detach();
    if (habits.bootsAfterReconnect(this.index)) this.#registration.forget();
  }

  connector(id: number): Connector | undefined {
    return id < 1 ? undefined : this.connectors[id - 1];
  }

  submit(call: Call): void {
    this.#line.submit(call);
  }

  send(action: ChargePointAction, payload: unknown, options: SendOptions = {}): void {
    const text = JSON.stringify(payload);
    this.#line.submit({
      action,
      dueAt: options.dueAt ?? this.world.scheduler.now(),
      kept: false,
      early: options.early ?? false,
      payload: () => text,
      onResult: (answer) => options.onResult?.(answer),
      onFailure: (failure) => options.onFailure?.(failure),
    });
  }

  bootNotification(): void {
    this.#registration.bootNotification();
  }

  heartbeat(): void {
    this.send('Heartbeat', {}, { early: true });
  }

  announceWhole(early = false): void {
    this.#status.announce(true, early);
  }

  setInoperative(inoperative: boolean): void {
    this.isInoperative = inoperative;
    this.#status.set(inoperative ? 'Unavailable' : 'Available');
    for (const connector of this.connectors) connector.applyAvailability();
  }

  reboot(kind: 'Soft' | 'Hard' | 'update'): void {
    const { scheduler } = this.world;
    const now = scheduler.now();
    const reason = kind === 'Soft' ? 'SoftReset' : kind === 'Hard' ? 'HardReset' : 'Reboot';
    for (const connector of this.connectors) connector.stop(reason, now);
    this.#reboot ??= new Alarm(this, 0);
    // A hard reset does not wait: its StopTransactions follow after the next boot (errata 3.36).
    this.#rebootBy = kind === 'Hard' ? now : now + SOFT_RESET_MS;
    scheduler.set(this.#reboot, now + 100);
  }

  later(ms: number, work: () => void): void {
    const { scheduler } = this.world;
    scheduler.set(new Alarm({ onAlarm: work }, 0), scheduler.now() + ms);
  }

  #rebootWhenQuiet(): void {
    const { scheduler } = this.world;
    const now = scheduler.now();
    if (this.#line.keptCount > 0 && now < this.#rebootBy) {
      if (this.#reboot !== undefined) scheduler.set(this.#reboot, now + 100);
      return;
    }
    const wasOnline = this.isOnline;
    this.#registration.forget();
    if (wasOnline) this.world.traffic.booted--;
    for (const connector of this.connectors) connector.restart();
    this.#status.reset(this.isInoperative ? 'Unavailable' : 'Available');
    this.#connection.restart();
  }

  onAccepted(isNew: boolean): void {
    if (isNew) this.world.traffic.booted++;
    this.#line.setAccepted(true);
    this.#announceAll(true);
    if (this.firmwareStatus === 'Installed' || this.firmwareStatus === 'InstallationFailed') {
      this.send('FirmwareStatusNotification', { status: this.firmwareStatus });
      this.firmwareStatus = 'Idle';
    }
    if (this.#isOpened) return;
    this.#isOpened = true;
    for (const connector of this.connectors) connector.open();
  }

  /** The Central System does not know this charge point as accepted (obligation C6): boot, whatever was believed before. */
  #onNotAccepted(): void {
    if (this.#registration.needsBoot) return;
    if (this.isOnline) this.world.traffic.booted--;
    this.#registration.forget();
    this.#line.setAccepted(false);
    this.bootNotification();
  }

  #announceAll(again: boolean): void {
    this.#status.announce(again);
    for (const connector of this.connectors) connector.announce(again);
  }

  #onCall(messageId: string, action: string, payload: unknown): void {
    const outcome = answerCommand(this, action, payload);
    this.world.traffic.framesSent++;
    if (outcome.kind === 'result') {
      this.#connection.send(resultFrame(messageId, outcome.payload));
      outcome.afterwards?.();
      return;
    }
    this.#connection.send(errorFrame(messageId, outcome.code, outcome.description));
    if (outcome.isItsFault) this.#reportMalformed(`${action}: ${outcome.description}`);
  }

  #reportMalformed(detail: string): void {
    this.world.recorder.problem({ kind: 'malformed', chargePointId: this.id, action: '', detail });
  }
}
