import type { CallAnswer, CallBar, OutgoingCall } from '../central-system/central-system.ts';
import type { ChargePoint } from '../central-system/charge-point.ts';
import type { CallOutcome, ChargePointCall } from '../link/methods.ts';
import { type CallError, type CallResult, callFrame } from '../protocol/frame.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { secretsIn } from '../telemetry/redaction.ts';
import { CallIds, type CallLine, OutboundCall } from './call-line.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { MessageLog } from './message-log.ts';
import { withoutSecrets } from './message-log.ts';
import type { Session } from './session.ts';
import type { SessionGuard } from './session-guard.ts';
import { TimerWheel } from './timer-wheel.ts';

/** What of the central system the calls need. */
export interface CallGate {
  mayCall(chargePoint: ChargePoint, action: string, payload?: unknown): CallBar | undefined;
  beforeCall(chargePoint: ChargePoint, call: OutgoingCall): Promise<boolean> | undefined;
  onCallAnswered(chargePoint: ChargePoint, call: OutgoingCall, answer: CallAnswer): Promise<void>;
}

export interface OutboundCallsOptions {
  /** ms that a charge point may take to answer, and that a CALL may wait to be sent. */
  readonly callTimeout: number;
  /** CALLs that may wait for one charge point. */
  readonly callQueue: number;
  readonly gate: CallGate;
  readonly guard: SessionGuard;
  readonly messageLog: MessageLog;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

/**
 * How exactly `ocpp.callTimeout` is kept, ms: certification measures it. The timer runs only while a CALL is
 * under way.
 */
const TICK_MS = 5;

/** Secrets that a socket was sent and that are looked for in its answers. */
const SECRETS_REMEMBERED = 16;

/**
 * Sends CALLs to charge points and brings back what became of them. A charge point's CALLs may cross ours at
 * any time (OCPP-J 1.6 §4.1.1); an answer that nobody waits for any more is dropped.
 */
export class OutboundCalls {
  private readonly options: OutboundCallsOptions;
  private readonly ids = new CallIds();
  private readonly wheel: TimerWheel<OutboundCall<Session>>;

  constructor(options: OutboundCallsOptions) {
    this.options = options;
    this.wheel = new TimerWheel(
      (call) => this.timeOut(call),
      ({ session }, error) => options.guard.caught(session, error),
      options.clock,
      TICK_MS,
    );
  }

  /** Sends the CALL when its turn comes. Never rejects. */
  call(session: Session, call: ChargePointCall): Promise<CallOutcome> {
    const { gate, callQueue, callTimeout, clock } = this.options;
    const { chargePoint } = session;
    const bar = session.held ? undefined : gate.mayCall(chargePoint, call.action, call.payload);
    if (bar !== undefined) return Promise.resolve(barred(bar, chargePoint));
    session.calls ??= { open: undefined, waiting: [], secrets: [] };
    const line = session.calls;
    if (line.waiting.length >= callQueue) return Promise.resolve({ outcome: 'queue_full' });
    return new Promise((settle) => {
      const timeoutMs = call.timeoutMs ?? callTimeout;
      const entry = new OutboundCall(session, this.ids.next(), call, timeoutMs, settle);
      this.wheel.schedule(entry, clock() + timeoutMs);
      line.waiting.push(entry);
      this.options.metrics.waitingCalls.add(1);
      this.sendNext(session, line);
    });
  }

  /**
   * Takes an answer of the charge point; one with an unknown id, or too late, changes nothing (obligations
   * B9, B11).
   */
  answered(session: Session, said: CallResult | CallError, text: string, receivedAt: number): void {
    const { messageLog, metrics, clock } = this.options;
    const line = session.calls;
    const call = line?.open;
    const { answer, frame } = withoutSecrets(said, text, line?.secrets ?? []);
    const errorCode = answer.type === 'error' ? answer.code : undefined;
    if (line === undefined || call === undefined || call.messageId !== answer.messageId) {
      metrics.strayAnswers.inc();
      if (messageLog.wants('')) {
        messageLog.answerIn(session, answer.messageId, '', errorCode, frame, receivedAt);
      }
      return;
    }
    const durationMs = clock() - call.sentAt;
    if (messageLog.wants(call.action)) {
      messageLog.answerIn(session, call.messageId, call.action, errorCode, frame, receivedAt);
    }
    const { messageId } = call;
    if (answer.type === 'result') {
      const { payload } = answer;
      this.checkWords(session, call, payload);
      const outcome: CallOutcome = { outcome: 'result', messageId, payload, durationMs };
      this.conclude(line, call, outcome, { kind: 'result', payload });
    } else {
      const { code, description, details } = answer;
      const outcome: CallOutcome = { outcome: 'error', messageId, code, description, details, durationMs };
      this.conclude(line, call, outcome, { kind: 'error', code });
    }
    this.sendNext(session, line);
  }

  /** The session is held no longer: sends what waits. */
  released(session: Session): void {
    if (session.calls) this.sendNext(session, session.calls);
  }

  /** The socket is gone: what the charge point had is lost, what it had not was never sent. */
  closed(session: Session): void {
    const line = session.calls;
    if (line === undefined) return;
    session.calls = undefined;
    if (line.open) this.conclude(line, line.open, ...withoutAnswer(line.open, 'connection_lost'));
    for (const call of line.waiting.splice(0)) {
      this.options.metrics.waitingCalls.add(-1);
      this.finish(line, call, { outcome: 'not_connected' });
    }
  }

  private sendNext(session: Session, line: CallLine<Session>): void {
    while (line.open === undefined && !session.closed && !session.held) {
      const call = line.waiting.shift();
      if (call === undefined) return;
      this.options.metrics.waitingCalls.add(-1);
      this.send(session, line, call);
    }
  }

  private send(session: Session, line: CallLine<Session>, call: OutboundCall<Session>): void {
    const { gate } = this.options;
    const { chargePoint } = session;
    // It may have been answered Pending or Rejected while the call was waiting.
    const bar = gate.mayCall(chargePoint, call.action, call.payload);
    if (bar !== undefined) {
      this.finish(line, call, barred(bar, chargePoint));
      return;
    }
    line.open = call;
    const kept = gate.beforeCall(chargePoint, outgoing(call, Date.now()));
    if (kept === undefined) this.transmit(session, line, call);
    else {
      kept
        .then((isKept) => this.afterKeeping(session, line, call, isKept))
        .catch((error: unknown) => this.options.guard.caught(session, error));
    }
  }

  private afterKeeping(
    session: Session,
    line: CallLine<Session>,
    call: OutboundCall<Session>,
    isKept: boolean,
  ): void {
    // Its time ran out meanwhile, or the socket was closed: it was concluded there.
    if (line.open !== call) return;
    if (isKept) {
      this.transmit(session, line, call);
    } else {
      this.finish(line, call, { outcome: 'not_recorded' });
      this.sendNext(session, line);
    }
  }

  private transmit(session: Session, line: CallLine<Session>, call: OutboundCall<Session>): void {
    const { messageLog, metrics, clock } = this.options;
    const frame = callFrame(call.messageId, call.action, call.payload);
    if (session.dialect.maySendSecrets(call.action)) {
      line.secrets = [...line.secrets, ...secretsIn(call.payload)].slice(-SECRETS_REMEMBERED);
    }
    call.hasLeft = true;
    call.sentAt = clock();
    this.wheel.schedule(call, call.sentAt + call.timeoutMs);
    metrics.sent(frame.length);
    if (messageLog.wants(call.action)) {
      messageLog.callOut(session, call.messageId, call.action, frame, Date.now());
    }
    // Where the socket is closed, or closes of this, its close event settles the call.
    session.socket.send(frame);
  }

  /** After this a late answer finds nobody, and the next CALL may go. */
  private timeOut(call: OutboundCall<Session>): void {
    const line = call.session.calls;
    if (line === undefined) return;
    const place = line.waiting.indexOf(call);
    if (place >= 0) {
      line.waiting.splice(place, 1);
      this.options.metrics.waitingCalls.add(-1);
      this.finish(line, call, { outcome: 'timeout', messageId: call.messageId, sent: false });
    } else {
      this.conclude(line, call, ...withoutAnswer(call, 'timeout'));
    }
    this.sendNext(call.session, line);
  }

  /**
   * Ends a call that was sent, or was about to be. Whoever asked for it hears of it once Farad has noted what
   * it means, so that a look at the charge point's state right after the answer shows it; the next call does
   * not wait for that.
   */
  private conclude(
    line: CallLine<Session>,
    call: OutboundCall<Session>,
    outcome: CallOutcome,
    answer: CallAnswer,
  ): void {
    const { gate, clock } = this.options;
    const sentAt = call.hasLeft ? Math.round(Date.now() - (clock() - call.sentAt)) : Date.now();
    const noted = gate.onCallAnswered(call.session.chargePoint, outgoing(call, sentAt), answer);
    this.release(line, call, outcome);
    // Settled in any case: somebody waits for it.
    noted
      .catch((error: unknown) => this.options.guard.caught(call.session, error))
      .finally(() => call.settle(outcome));
  }

  /** Ends a call that never was sent. */
  private finish(line: CallLine<Session>, call: OutboundCall<Session>, outcome: CallOutcome): void {
    this.release(line, call, outcome);
    call.settle(outcome);
  }

  private release(line: CallLine<Session>, call: OutboundCall<Session>, outcome: CallOutcome): void {
    if (line.open === call) line.open = undefined;
    this.wheel.cancel(call);
    this.options.metrics.called(call.action, outcome);
  }

  /** A broken answer is passed on as it is: the operator shall see the charge point's own words. */
  private checkWords(session: Session, call: OutboundCall<Session>, payload: unknown): void {
    const { dialect } = session;
    const violation = dialect.isAction(call.action) ? dialect.checkResponse(call.action, payload) : undefined;
    if (violation === undefined) return;
    this.options.metrics.brokenAnswer(call.action);
    this.options.log.warn(
      { chargePoint: session.chargePoint.id, action: call.action, problem: violation.description },
      'a charge point answered with a payload that breaks the schema',
    );
  }
}

function withoutAnswer(
  { messageId, hasLeft }: OutboundCall<Session>,
  reason: 'timeout' | 'connection_lost',
): [CallOutcome, CallAnswer] {
  if (hasLeft) {
    return [
      { outcome: reason, messageId },
      { kind: 'none', reason },
    ];
  }
  return [
    reason === 'timeout' ? { outcome: reason, messageId, sent: false } : { outcome: 'not_connected' },
    { kind: 'none', reason: 'not_sent' },
  ];
}

function outgoing(
  { messageId, action, payload, reference }: OutboundCall<Session>,
  sentAt: number,
): OutgoingCall {
  return { messageId, action, payload, sentAt, ...(reference !== undefined && { reference }) };
}

function barred(bar: CallBar, { registration }: ChargePoint): CallOutcome {
  return bar === 'registration_state' ? { outcome: bar, registration } : { outcome: bar };
}
