import type { ChargePointAction } from '../protocol/v16/actions.ts';
import { checkResponse } from '../protocol/v16/validate.ts';
import { KeptCalls } from './kept-calls.ts';
import type { ProblemKind, Recorder, Traffic } from './recorder.ts';
import { Alarm, type AlarmOwner, type Scheduler } from './scheduler.ts';
import type { WebSocketClient } from './websocket-client.ts';

/** What a CALL is sent with. */
type Sender = Pick<WebSocketClient, 'send'>;

/** Why a CALL that is not kept came to nothing. */
export type Failure = 'offline' | 'timeout' | 'error';

/** A CALL of a charge point, from the moment it is due. */
export interface Call {
  readonly action: ChargePointAction;
  /** Scheduler time at which it should have been sent: a slow answer is measured from here. */
  readonly dueAt: number;
  /**
   * Transaction messages are kept until they are confirmed, through outages and reboots, and stay in order
   * among themselves (OCPP 1.6 ed. 2 §3.7); others overtake them, and are dropped when the line is lost.
   */
  readonly kept: boolean;
  /**
   * May be sent before the Central System has accepted the charge point: BootNotification, and what was
   * triggered (obligations C6, C7).
   */
  readonly early?: boolean;
  /** Payload as JSON text; asked for at each sending, because a transactionId may have come in since. */
  payload(): string;
  onResult(payload: unknown): void;
  /** Only for those that are not kept. */
  onFailure?(failure: Failure): void;
  /** It is sent again because no answer to an earlier sending came. */
  onRepeat?(): void;
}

export interface CallLineOptions {
  readonly chargePointId: string;
  readonly scheduler: Scheduler;
  readonly recorder: Recorder;
  readonly traffic: Traffic;
  /** Makes message ids differ between runs of the same identity. */
  readonly idPrefix: string;
  /** How answers begin, up to the number in the message id: `[3,"` and the prefix. */
  readonly answerHead: Uint8Array;
  readonly callTimeoutMs: number;
  /** TransactionMessageAttempts: after so many refusals or silences a kept call is given up. */
  attempts(): number;
  /**
   * TransactionMessageRetryInterval in ms; multiplied by the number of earlier tries (OCPP 1.6 ed. 2 §3.7.1).
   */
  retryMs(): number;
  /**
   * A CALL was refused with SecurityError: the Central System does not take this charge point for accepted
   * (obligation C6).
   */
  onNotAccepted(): void;
}

const DEADLINE = 0;
const RETRY = 1;
const EMPTY = {};
const ZERO = 0x30;
const NINE = 0x39;
/** What follows the message id of an answer without members. */
const EMPTY_ANSWER = Buffer.from('",{}]');
/** Answers without members need neither parser nor validator. */
const emptyIsValid = new Map<string, boolean>();

/**
 * The charge point's half of a connection: one unanswered CALL at a time (OCPP-J 1.6 §4.1.1), a queue behind
 * it, and what must be kept while there is no connection.
 */
export class CallLine implements AlarmOwner {
  readonly #options: CallLineOptions;
  readonly #passing: Call[] = [];
  readonly #kept = new KeptCalls<Call>();
  #client: Sender | undefined;
  /** False until the Central System has accepted the charge point. */
  #accepted = false;
  #open: Call | undefined;
  #openedAt = 0;
  /** Number at the end of the newest message id: that of the open call, if there is one. */
  #lastId = 0;
  /** Of the first kept call. */
  #tries = 0;
  #headWasSent = false;
  readonly #deadline = new Alarm(this, DEADLINE);
  #retry: Alarm | undefined;

  constructor(options: CallLineOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#open === undefined && this.#passing.length === 0 && this.#kept.first === undefined;
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** Transaction messages that are not confirmed yet. */
  get keptCount(): number {
    return this.#kept.count;
  }

  /**
   * Queues a CALL and sends it as soon as its turn comes. One that is not kept fails at once while offline.
   */
  submit(call: Call): void {
    if (call.kept) {
      this.#kept.push(call);
    } else if (this.#client === undefined) {
      call.onFailure?.('offline');
      return;
    } else {
      this.#passing.push(call);
    }
    this.#options.traffic.waitingCalls++;
    this.#pump();
  }

  attach(client: Sender, accepted: boolean): void {
    this.#client = client;
    this.#accepted = accepted;
    this.#pump();
  }

  setAccepted(accepted: boolean): void {
    this.#accepted = accepted;
    this.#pump();
  }

  /** The connection is gone: kept calls wait for the next one. */
  detach(): void {
    this.#client = undefined;
    const open = this.#open;
    this.#open = undefined;
    const dropped = this.#passing.splice(0);
    if (open !== undefined && !open.kept) dropped.unshift(open);
    this.#options.traffic.waitingCalls -= dropped.length;
    for (const call of dropped) call.onFailure?.('offline');
  }

  /**
   * Takes `frame` if it is the expected CALLRESULT, without members and in its usual spelling: what most
   * CALLs are answered with. Neither makes a string of it nor keeps the bytes.
   */
  takeEmptyResult(frame: Uint8Array): boolean {
    const call = this.#open;
    if (call === undefined) return false;
    const { answerHead } = this.#options;
    let at = 0;
    for (; at < answerHead.length; at++) if (frame[at] !== answerHead[at]) return false;
    let id = 0;
    for (let digit = frame[at]; digit !== undefined && digit >= ZERO && digit <= NINE; digit = frame[++at])
      id = id * 10 + digit - ZERO;
    if (id !== this.#lastId || frame.length !== at + EMPTY_ANSWER.length) return false;
    for (let place = 0; place < EMPTY_ANSWER.length; place++)
      if (frame[at + place] !== EMPTY_ANSWER[place]) return false;
    if (!this.#emptyIsValid(call.action)) return false;
    this.#confirm(call, EMPTY);
    return true;
  }

  /**
   * Takes `text` if it is the expected CALLRESULT in its usual spelling, without parsing the frame around the
   * payload.
   */
  takeResult(text: string): boolean {
    const prefix = `[3,"${this.#openId}",`;
    if (this.#open === undefined || !text.startsWith(prefix) || !text.endsWith(']')) return false;
    let payload: unknown;
    try {
      payload = JSON.parse(text.slice(prefix.length, -1));
    } catch {
      return false; // Not the usual spelling after all: readFrame decides what it is.
    }
    this.#checkAndConfirm(this.#open, payload);
    return true;
  }

  /**
   * A CALLRESULT, parsed. One with an id that is not open is late or foreign and is ignored (obligation B11).
   */
  onResult(messageId: string, payload: unknown): void {
    if (this.#open !== undefined && messageId === this.#openId)
      this.#checkAndConfirm(this.#open, payload ?? EMPTY);
  }

  /** A CALLERROR. */
  onError(messageId: string, code: string, description: string): void {
    const call = this.#open;
    if (call === undefined || messageId !== this.#openId) return;
    this.#open = undefined;
    this.#report('error', call, `${code} ${description}`.trimEnd());
    if (code === 'SecurityError' && this.#accepted) {
      this.#options.onNotAccepted();
      // Not the fault of a kept message: it stays first in line and goes out after the next boot.
      if (call.kept) return;
    }
    this.#afterFailure(call, 'error');
  }

  onAlarm(kind: number): void {
    if (kind === RETRY) {
      this.#pump();
      return;
    }
    const call = this.#open;
    if (call === undefined) return;
    const { scheduler, callTimeoutMs } = this.#options;
    const endsAt = this.#openedAt + callTimeoutMs;
    // The alarm is not moved with each call; it looks whether the one that is open now is too old.
    if (endsAt > scheduler.now() + 1) {
      scheduler.set(this.#deadline, endsAt);
      return;
    }
    this.#open = undefined;
    this.#report('unanswered', call, `no answer within ${callTimeoutMs} ms`);
    this.#afterFailure(call, 'timeout');
  }

  /** Message id of the open call. */
  get #openId(): string {
    return `${this.#options.idPrefix}${this.#lastId}`;
  }

  #emptyIsValid(action: ChargePointAction): boolean {
    let valid = emptyIsValid.get(action);
    if (valid === undefined) {
      valid = checkResponse(action, {}) === undefined;
      emptyIsValid.set(action, valid);
    }
    return valid;
  }

  #checkAndConfirm(call: Call, payload: unknown): void {
    const violation = checkResponse(call.action, payload);
    if (violation === undefined) {
      this.#confirm(call, payload);
      return;
    }
    this.#open = undefined;
    this.#report('schema', call, violation.description);
    this.#afterFailure(call, 'error');
  }

  #confirm(call: Call, payload: unknown): void {
    const now = this.#options.scheduler.now();
    this.#open = undefined;
    if (call.kept) this.#dropHead();
    this.#options.traffic.waitingCalls--;
    this.#options.recorder.answered(call.action, now - call.dueAt, now - this.#openedAt);
    call.onResult(payload);
    this.#pump();
  }

  #dropHead(): void {
    this.#kept.shift();
    this.#tries = 0;
    this.#headWasSent = false;
  }

  #afterFailure(call: Call, failure: Failure): void {
    const { scheduler, traffic } = this.#options;
    if (!call.kept) {
      traffic.waitingCalls--;
      call.onFailure?.(failure);
    } else if (++this.#tries >= this.#options.attempts()) {
      this.#report('lost', call, `given up after ${this.#tries} attempts`);
      this.#dropHead();
      traffic.waitingCalls--;
    } else {
      this.#retry ??= new Alarm(this, RETRY);
      scheduler.set(this.#retry, scheduler.now() + this.#options.retryMs() * this.#tries);
    }
    this.#pump();
  }

  #next(): Call | undefined {
    if (this.#accepted) {
      const passing = this.#passing.shift();
      if (passing !== undefined) return passing;
      return this.#retry?.isSet === true ? undefined : this.#kept.first;
    }
    const early = this.#passing.findIndex((call) => call.early === true);
    return early < 0 ? undefined : this.#passing.splice(early, 1)[0];
  }

  #pump(): void {
    const client = this.#client;
    if (this.#open !== undefined || client === undefined) return;
    const call = this.#next();
    if (call === undefined) return;
    if (call.kept) {
      if (this.#headWasSent) call.onRepeat?.();
      this.#headWasSent = true;
    }
    const { scheduler, traffic, idPrefix, callTimeoutMs } = this.#options;
    const messageId = `${idPrefix}${++this.#lastId}`;
    this.#open = call;
    this.#openedAt = scheduler.now();
    if (!this.#deadline.isSet) scheduler.set(this.#deadline, this.#openedAt + callTimeoutMs);
    traffic.framesSent++;
    client.send(`[2,"${messageId}","${call.action}",${call.payload()}]`);
  }

  #report(kind: ProblemKind, call: Call, detail: string): void {
    this.#options.recorder.problem({
      kind,
      chargePointId: this.#options.chargePointId,
      action: call.action,
      detail,
    });
  }
}
