import type { ChargePointAction } from '../protocol/v16/actions.ts';
import type { DiagnosticsStatus, FirmwareStatus } from '../protocol/v16/generated/messages.ts';
import type { Call } from './call-line.ts';
import { answerCommand, type CommandOutcome } from './commands/commands.ts';
import { Configuration } from './configuration.ts';
import { Connector } from './connector.ts';
import type { Controls, LocalList } from './controls.ts';
import { Dialogue, type DialogueOwner } from './dialogue.ts';
import type { Hardware } from './hardware.ts';
import type { InstalledProfile } from './installed-profile.ts';
import type { Random } from './random.ts';
import { ReportedStatus } from './reported-status.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import { Security } from './security.ts';
import type { SendOptions } from './site.ts';
import type { World } from './world.ts';

/** A soft reset waits so long for its transaction messages to be confirmed. */
const SOFT_RESET_MS = 10_000;

/**
 * One simulated charge point (OCPP 1.6J): it lets people charge, obeys the Central System, and survives its
 * outages. What it says goes through its dialogue.
 */
export class ChargePoint implements Controls, DialogueOwner, AlarmOwner {
  readonly index: number;
  readonly id: string;
  readonly world: World;
  readonly random: Random;
  readonly hardware: Hardware;
  readonly configuration = new Configuration();
  readonly security: Security;
  readonly connectors: readonly Connector[];
  firmwareStatus: FirmwareStatus = 'Idle';
  firmwareVersion: string;
  diagnosticsStatus: DiagnosticsStatus = 'Idle';
  isWindingDown = false;
  isInoperative = false;
  readonly #dialogue: Dialogue;
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
    this.hardware = world.habits.hardware(index, random);
    this.firmwareVersion = this.hardware.firmwareVersion;
    this.security = new Security(index, id, world.security);
    if (world.security.profile !== 0)
      this.configuration.assign('SecurityProfile', String(world.security.profile));
    this.connectors = Array.from(
      { length: this.hardware.connectors },
      (_, place) => new Connector(place + 1, this),
    );
    if (this.hardware.connectors !== 1)
      this.configuration.assign('NumberOfConnectors', String(this.hardware.connectors));
    this.#status = new ReportedStatus(this, 0);
    this.#dialogue = new Dialogue(this, this);
  }

  get isOnline(): boolean {
    return this.#dialogue.isOnline;
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
    return this.#dialogue.isIdle && this.connectors.every((connector) => connector.isSettled);
  }

  /** Connects at `dueAt` (scheduler time) and lives from then on. */
  start(dueAt: number): void {
    this.#dialogue.start(dueAt);
  }

  /** Ends transactions at `dueAt` and begins no more. */
  windDown(dueAt: number): void {
    this.isWindingDown = true;
    for (const connector of this.connectors) connector.windDown(dueAt);
  }

  /** Leaves for good, with a closing handshake. */
  stop(): void {
    if (this.#reboot !== undefined) this.world.scheduler.cancel(this.#reboot);
    this.#dialogue.stop();
  }

  /** The line is cut for `ms`; people charge on meanwhile. */
  cutLine(ms: number): void {
    this.#dialogue.cut(ms);
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

  /** Whoever charges here is done: a StopTransaction for each transaction, due at `dueAt`. */
  endSessions(dueAt: number): void {
    for (const connector of this.connectors) connector.stop('Local', dueAt);
  }

  onAlarm(): void {
    this.#rebootWhenQuiet();
  }

  connector(id: number): Connector | undefined {
    return id < 1 ? undefined : this.connectors[id - 1];
  }

  submit(call: Call): void {
    this.#dialogue.submit(call);
  }

  send(action: ChargePointAction, payload: unknown, options: SendOptions = {}): void {
    this.#dialogue.send(action, payload, options);
  }

  bootNotification(): void {
    this.#dialogue.bootNotification();
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

  reconnect(): void {
    this.#dialogue.reconnect();
  }

  later(ms: number, work: () => void): void {
    const { scheduler } = this.world;
    scheduler.set(new Alarm({ onAlarm: work }, 0), scheduler.now() + ms);
  }

  #rebootWhenQuiet(): void {
    const { scheduler } = this.world;
    const now = scheduler.now();
    if (this.#dialogue.keptCount > 0 && now < this.#rebootBy) {
      if (this.#reboot !== undefined) scheduler.set(this.#reboot, now + 100);
      return;
    }
    for (const connector of this.connectors) connector.restart();
    this.#status.reset(this.isInoperative ? 'Unavailable' : 'Available');
    this.#dialogue.restart();
  }

  onReconnected(): void {
    this.#announceAll(false);
  }

  onAccepted(): void {
    this.#announceAll(true);
    if (this.firmwareStatus === 'Installed' || this.firmwareStatus === 'InstallationFailed') {
      this.send('FirmwareStatusNotification', { status: this.firmwareStatus });
      this.firmwareStatus = 'Idle';
    }
    if (this.#isOpened) return;
    this.#isOpened = true;
    for (const connector of this.connectors) connector.open();
  }

  answer(action: string, payload: unknown): CommandOutcome {
    return answerCommand(this, action, payload);
  }

  #announceAll(again: boolean): void {
    this.#status.announce(again);
    for (const connector of this.connectors) connector.announce(again);
  }
}
