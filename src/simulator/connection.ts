import type { ProblemKind } from './recorder.ts';
import { Alarm, type AlarmOwner } from './scheduler.ts';
import type { Site } from './site.ts';
import { type Closing, WebSocketClient, type WebSocketOwner } from './websocket-client.ts';

const CONNECT = 0;
const GIVE_UP = 1;

/** How long the handshake, or the server's half of the closing handshake, may take. */
const HANDSHAKE_MS = 30_000;
const CLOSING_MS = 2_000;

/** Who lives behind a connection. */
export interface ConnectionOwner {
  onConnected(client: WebSocketClient): void;
  /** Offered each message before it is decoded (`FrameHandler.takeTextBytes`). */
  takeBytes(payload: Buffer): boolean;
  onText(text: string): void;
  /** The socket is gone; another one follows unless the connection was stopped. */
  onDisconnected(): void;
}

/**
 * The way of a charge point to its Central System: opens a socket, and another one when it breaks, with
 * back-off and jitter.
 */
export class Connection implements WebSocketOwner, AlarmOwner {
  readonly #site: Site;
  readonly #owner: ConnectionOwner;
  #client: WebSocketClient | undefined;
  #isOpen = false;
  #dueAt = 0;
  #failedAttempts = 0;
  /** The socket closes because the charge point reboots or stops. */
  #isLeaving = false;
  #isStopped = false;
  /** Scheduler time. */
  #cutUntil = 0;
  readonly #connect = new Alarm(this, CONNECT);
  readonly #giveUp = new Alarm(this, GIVE_UP);

  constructor(site: Site, owner: ConnectionOwner) {
    this.#site = site;
    this.#owner = owner;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Connects at `dueAt` (scheduler time). */
  start(dueAt: number): void {
    this.#site.world.scheduler.set(this.#connect, dueAt);
  }

  /** Closes the socket with a closing handshake; opens another one after the time that a reboot takes. */
  restart(): void {
    const { scheduler, habits } = this.#site.world;
    if (this.#client === undefined) this.start(scheduler.now() + habits.rebootMs(this.#site.random));
    else this.#leave(this.#client);
  }

  /** The line is cut, without a word, and stays so for `ms`. */
  cut(ms: number): void {
    this.#cutUntil = this.#site.world.scheduler.now() + ms;
    this.#client?.destroy();
  }

  /** Closes the socket for good. */
  stop(): void {
    this.#isStopped = true;
    this.#site.world.scheduler.cancel(this.#connect);
    if (this.#client !== undefined) this.#leave(this.#client);
  }

  /** Sends a text message; false if the socket is not open. */
  send(text: string): boolean {
    return this.#client?.send(text) === true;
  }

  onAlarm(kind: number, dueAt: number): void {
    if (kind === GIVE_UP) {
      this.#client?.destroy();
      return;
    }
    const { world, index, id, security } = this.#site;
    this.#dueAt = dueAt;
    this.#client = new WebSocketClient(world.endpoint(index, id, security), this);
    world.scheduler.set(this.#giveUp, world.scheduler.now() + HANDSHAKE_MS);
  }

  onSocketOpen(): void {
    const { scheduler, recorder, traffic } = this.#site.world;
    if (this.#client === undefined) return;
    scheduler.cancel(this.#giveUp);
    this.#isOpen = true;
    this.#failedAttempts = 0;
    this.#site.security.proved();
    traffic.openSockets++;
    recorder.connected(scheduler.now() - this.#dueAt);
    this.#owner.onConnected(this.#client);
  }

  takeSocketBytes(payload: Buffer): boolean {
    if (!this.#owner.takeBytes(payload)) return false;
    this.#site.world.traffic.framesReceived++;
    return true;
  }

  onSocketText(text: string): void {
    this.#site.world.traffic.framesReceived++;
    this.#owner.onText(text);
  }

  onSocketClosing(): void {
    const { scheduler } = this.#site.world;
    scheduler.set(this.#giveUp, scheduler.now() + CLOSING_MS);
  }

  onSocketClosed({ code, reason, status }: Closing): void {
    const { scheduler, traffic, habits } = this.#site.world;
    const wasOpen = this.#isOpen;
    if (wasOpen) {
      this.#owner.onDisconnected();
      traffic.openSockets--;
    }
    this.#isOpen = false;
    this.#client = undefined;
    scheduler.cancel(this.#giveUp);
    if (this.#isStopped) return;
    if (this.#isLeaving) {
      this.#isLeaving = false;
      this.start(scheduler.now() + habits.rebootMs(this.#site.random));
      return;
    }
    const http = status === undefined ? '' : `HTTP ${status} `;
    this.#report(wasOpen ? 'dropped' : 'refused', `${http}${code} ${reason}`.trimEnd());
    if (!wasOpen) this.#tryFormer();
    const attempt = wasOpen ? 0 : ++this.#failedAttempts;
    this.start(Math.max(this.#cutUntil, scheduler.now()) + habits.reconnectMs(attempt, this.#site.random));
  }

  #tryFormer(): void {
    const { security, configuration } = this.#site;
    if (security.fallBack()) configuration.assign('SecurityProfile', String(security.profile));
  }

  #leave(client: WebSocketClient): void {
    const { scheduler } = this.#site.world;
    this.#isLeaving = true;
    scheduler.set(this.#giveUp, scheduler.now() + CLOSING_MS);
    client.close(1000, '');
  }

  #report(kind: ProblemKind, detail: string): void {
    const { world, id } = this.#site;
    world.recorder.problem({ kind, chargePointId: id, action: '', detail });
  }
}
