import { errorFrame, readFrame, resultFrame } from '../protocol/frame.ts';
import type { ChargePointAction } from '../protocol/v16/actions.ts';
import { type Call, CallLine } from './call-line.ts';
import type { CommandOutcome } from './commands/commands.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { Registration, type RegistrationOwner } from './registration.ts';
import type { SendOptions, Site } from './site.ts';
import type { WebSocketClient } from './websocket-client.ts';

/** Who speaks in a dialogue. */
export interface DialogueOwner {
  /** As the next BootNotification reports it. */
  readonly firmwareVersion: string;
  /** The line is back, and the charge point is still accepted. */
  onReconnected(): void;
  /** BootNotification was answered with Accepted. */
  onAccepted(): void;
  /** Obeys a CALL of the Central System, or says why not. */
  answer(action: string, payload: unknown): CommandOutcome;
}

/**
 * What a charge point and its Central System say to each other: connection, registration and frames both ways
 * (OCPP-J 1.6 §4).
 */
export class Dialogue implements ConnectionOwner, RegistrationOwner {
  readonly #site: Site;
  readonly #owner: DialogueOwner;
  readonly #line: CallLine;
  readonly #connection: Connection;
  readonly #registration: Registration;

  constructor(site: Site, owner: DialogueOwner) {
    this.#site = site;
    this.#owner = owner;
    this.#registration = new Registration(site, this);
    this.#connection = new Connection(site, this);
    const { id, configuration, world } = site;
    const { habits, scheduler, recorder, traffic, idPrefix, answerHead } = world;
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

  /** Connected, and accepted by the Central System. */
  get isOnline(): boolean {
    return this.#connection.isOpen && this.#registration.isAccepted;
  }

  /** No CALL is under way or waiting. */
  get isIdle(): boolean {
    return this.#line.isIdle;
  }

  /** Transaction messages that are not yet confirmed. */
  get keptCount(): number {
    return this.#line.keptCount;
  }

  get firmwareVersion(): string {
    return this.#owner.firmwareVersion;
  }

  /** Connects at `dueAt` (scheduler time). */
  start(dueAt: number): void {
    this.#connection.start(dueAt);
  }

  /** The power was away: the line is opened anew and begins with a BootNotification. */
  restart(): void {
    const wasOnline = this.isOnline;
    this.#registration.forget();
    if (wasOnline) this.#site.world.traffic.booted--;
    this.#connection.restart();
  }

  /** The line is opened anew, by a charge point that goes on as it was. */
  reconnect(): void {
    this.#connection.restart();
  }

  /** Ends for good, with a closing handshake. */
  stop(): void {
    this.#registration.pause();
    this.#connection.stop();
  }

  /** The line is cut for `ms`. */
  cut(ms: number): void {
    this.#connection.cut(ms);
  }

  submit(call: Call): void {
    this.#line.submit(call);
  }

  send(action: ChargePointAction, payload: unknown, options: SendOptions): void {
    const text = JSON.stringify(payload);
    this.#line.submit({
      action,
      dueAt: options.dueAt ?? this.#site.world.scheduler.now(),
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

  onConnected(client: WebSocketClient): void {
    if (this.#registration.needsBoot) {
      this.#line.attach(client, false);
      this.bootNotification();
      return;
    }
    this.#site.world.traffic.booted++;
    this.#line.attach(client, true);
    this.#owner.onReconnected();
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
    const { traffic, habits } = this.#site.world;
    if (this.isOnline) traffic.booted--;
    this.#registration.pause();
    this.#line.detach();
    if (habits.bootsAfterReconnect(this.#site.index)) this.#registration.forget();
  }

  onAccepted(isNew: boolean): void {
    if (isNew) this.#site.world.traffic.booted++;
    this.#line.setAccepted(true);
    this.#owner.onAccepted();
  }

  /**
   * The Central System does not know this charge point as accepted (obligation C6): boot, whatever was
   * believed before.
   */
  #onNotAccepted(): void {
    if (this.#registration.needsBoot) return;
    if (this.isOnline) this.#site.world.traffic.booted--;
    this.#registration.forget();
    this.#line.setAccepted(false);
    this.bootNotification();
  }

  #onCall(messageId: string, action: string, payload: unknown): void {
    const outcome = this.#owner.answer(action, payload);
    this.#site.world.traffic.framesSent++;
    if (outcome.kind === 'result') {
      this.#connection.send(resultFrame(messageId, outcome.payload));
      outcome.afterwards?.();
      return;
    }
    this.#connection.send(errorFrame(messageId, outcome.code, outcome.description));
    if (outcome.isItsFault) this.#reportMalformed(`${action}: ${outcome.description}`);
  }

  #reportMalformed(detail: string): void {
    const { world, id } = this.#site;
    world.recorder.problem({ kind: 'malformed', chargePointId: id, action: '', detail });
  }
}
