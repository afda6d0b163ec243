import type { CentralSystem } from '../central-system/central-system.ts';
import { acknowledged, type Decision } from '../central-system/decision.ts';
import { readFrame } from '../protocol/frame.ts';
import type { IncomingCall } from '../protocol/reading.ts';
import { isAnswer } from '../protocol/scan-call.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import type { FrameVerdict } from '../workers/frame-batch.ts';
import type { UnloggedCall } from './answers.ts';
import { Backlog } from './backlog.ts';
import { INVALID_DATA, UNSUPPORTED_DATA } from './close-codes.ts';
import type { InboxFrame } from './frame-batches.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { Session } from './session.ts';
import { Allowance, Undecided } from './session.ts';
import type { SessionGuard } from './session-guard.ts';
import { WorkerFrames, type WorkerFramesOptions } from './worker-frames.ts';

export interface ConversationOptions extends Omit<WorkerFramesOptions, 'decided' | 'broken'> {
  readonly centralSystem: CentralSystem;
  readonly calls: Pick<OutboundCalls, 'answered'>;
  readonly guard: SessionGuard;
  readonly log: ThrottledLog;
  readonly framesPerSecond: number;
  readonly frameBurst: number;
  /** Bytes that the waiting frames of one charge point may hold. */
  readonly sessionBytes: number;
  /** Bytes that those of all together may hold. */
  readonly edgeBytes: number;
}

/** Unreadable frames in a row after which the socket is closed. */
const MAX_UNREADABLE = 20;

/** Messages whose decision waits for the store. */
const decisions = watchman.workOf({ name: 'decisions', waitsFor: 'the store' });

/**
 * Reads what charge points send and answers it. A charge point has one undecided frame; its later CALLs wait,
 * so that nothing overtakes, and so do those that come too fast. Its answers to our CALLs need not wait.
 */
export class Conversation {
  private readonly options: ConversationOptions;
  private readonly workers: WorkerFrames;
  private readonly allowance: Allowance;
  private readonly backlog: Backlog;
  private readonly undecided = new Undecided();
  private stopping = false;
  private readonly idleListeners: (() => void)[] = [];

  constructor(options: ConversationOptions) {
    this.options = options;
    this.workers = new WorkerFrames({
      ...options,
      decided: (frame, verdict, bytes) => this.decided(frame, verdict, bytes),
      broken: ({ session }, error) => this.broken(session, error),
    });
    this.allowance = new Allowance(options.framesPerSecond, options.frameBurst);
    this.backlog = new Backlog({
      allowance: this.allowance,
      ...options,
      clock: () => performance.now(),
      take: (session, { bytes, receivedAt, startedAt }) =>
        this.guarded(session, () => this.take(session, bytes, receivedAt, startedAt)),
      emptied: () => this.tellIfIdle(),
    });
  }

  /**
   * From now on CALLs are not taken any more, for the charge points will send them again; those that wait are
   * not slowed any more.
   */
  stop(): void {
    this.stopping = true;
    this.backlog.hurry();
  }

  /** Resolves when everything that was taken is decided. */
  idle(): Promise<void> {
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => void this.idleListeners.push(resolve));
  }

  /** Resolves when nothing is being decided any more that came over a closed socket of the charge point. */
  settledOf(chargePointId: string): Promise<void> {
    return this.undecided.settledOf(chargePointId);
  }

  /** Takes a message; `bytes` are only valid during the call. Never throws. The transport calls it itself. */
  readonly receive = (session: Session, bytes: Buffer, binary: boolean): void => {
    this.guarded(session, () => this.hear(session, bytes, binary));
  };

  private guarded(session: Session, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.broken(session, error);
    }
  }

  /** What the session was doing has failed in a way that nobody foresaw. */
  private broken(session: Session, error: unknown): void {
    this.options.guard.caught(session, error);
    this.undecided.settle(session);
    this.tellIfIdle();
  }

  private hear(session: Session, bytes: Buffer, binary: boolean): void {
    const startedAt = performance.now();
    const receivedAt = Date.now();
    session.heardAt = startedAt;
    session.chargePoint.lastSeenAt = receivedAt;
    if (binary) {
      this.options.answers.binary(session, bytes, receivedAt);
      this.backlog.endAfterAnswers(session, 'binary', UNSUPPORTED_DATA, 'OCPP-J messages are text');
      return;
    }
    this.options.metrics.received(bytes.length);
    if (isAnswer(bytes) ? this.isWelcomeAnswer(session, startedAt) : this.hasItsTurn(session, startedAt)) {
      this.take(session, bytes, receivedAt, startedAt);
    } else if (!this.stopping) {
      this.backlog.add(session, bytes, receivedAt, startedAt);
    }
  }

  /** To be called once a second, for what frame workers have. */
  tick(): void {
    this.workers.tick();
  }

  /** A frame worker is done with a frame. */
  private decided(frame: InboxFrame, verdict: FrameVerdict, bytes: Buffer): void {
    const { centralSystem } = this.options;
    const { session, action, receivedAt, startedAt } = frame;
    if (verdict.repairs !== undefined) {
      centralSystem.countRepairs(session.chargePoint, action, verdict.repairs);
    }
    if (verdict.digest !== undefined) session.noteMeter(verdict.digest);
    const messageId = verdict.messageId ?? frame.messageId;
    if (verdict.stop !== undefined) {
      const stop = { ...verdict.stop, messageId };
      const decision = centralSystem.finishStop(session.chargePoint, stop, receivedAt);
      this.awaitDecision(session, decision, messageId, action, startedAt);
      return;
    }
    if (!verdict.unhandled) session.unreadable = 0;
    if (verdict.unhandled) {
      this.undecided.settle(session);
      this.read(session, bytes, receivedAt, startedAt);
    } else {
      const { error } = verdict;
      const decision: Decision = error === undefined ? acknowledged : { kind: 'error', ...error };
      const isLogged = error === undefined || this.options.messageLog.wants(action);
      const call = isLogged ? undefined : { frame: bytes, receivedAt };
      this.options.answers.give(session, messageId, action, decision, startedAt, call);
      this.undecided.settle(session);
    }
    this.proceed(session);
  }

  /** Takes nothing more of the session until `until` has settled. */
  hold(session: Session, until: Promise<unknown>): void {
    session.movedAt = performance.now();
    this.undecided.begin(session);
    const goOn = (): void => {
      this.undecided.settle(session);
      this.proceed(session);
    };
    until.then(goOn, goOn).catch((error: unknown) => this.broken(session, error));
  }

  closed(session: Session): void {
    this.undecided.closed(session);
    this.backlog.forget(session);
  }

  /**
   * Whether a CALL is dealt with as it comes: nothing of its charge point stands before it, and the allowance
   * is not used up.
   */
  private hasItsTurn(session: Session, now: number): boolean {
    if (this.stopping || session.hasWork || !this.allowance.spend(session, now)) return false;
    session.movedAt = now;
    return true;
  }

  /**
   * An answer of a charge point never waits where a CALL of ours does; where none does, it is not better than
   * other frames.
   */
  private isWelcomeAnswer(session: Session, now: number): boolean {
    return this.allowance.spend(session, now) || session.calls?.open !== undefined;
  }

  private take(session: Session, bytes: Buffer, receivedAt: number, startedAt: number): void {
    const { dialect } = session;
    const head = dialect.scanCall(bytes);
    if (head === undefined) {
      this.read(session, bytes, receivedAt, startedAt);
    } else if (this.workers.wants(session, head.action, bytes)) {
      if (this.workers.post(session, head, bytes, receivedAt, startedAt)) this.undecided.begin(session);
    } else {
      const payload = dialect.scanPayload(bytes, head.payloadAt);
      if (payload === undefined) {
        this.read(session, bytes, receivedAt, startedAt);
      } else {
        const { messageId, action } = head;
        session.unreadable = 0;
        this.decide(session, { messageId, action, payload }, bytes, receivedAt, startedAt);
      }
    }
  }

  private read(session: Session, bytes: Buffer, receivedAt: number, startedAt: number): void {
    const { answers, metrics, calls } = this.options;
    const text = bytes.toString();
    const reading = readFrame(text);
    switch (reading.type) {
      case 'call':
        session.unreadable = 0;
        this.decide(session, reading, bytes, receivedAt, startedAt);
        break;
      case 'result':
      case 'error':
        session.unreadable = 0;
        calls.answered(session, reading, text, receivedAt);
        break;
      case 'ignored':
        metrics.unreadable('ignored');
        break;
      default:
        answers.unreadable(session, reading, text, receivedAt);
        if (session.unreadable >= MAX_UNREADABLE) {
          const reason = 'nothing but unreadable messages';
          this.backlog.endAfterAnswers(session, 'unreadable', INVALID_DATA, reason);
        }
    }
  }

  private decide(
    session: Session,
    call: IncomingCall,
    frame: Buffer,
    receivedAt: number,
    startedAt: number,
  ): void {
    const { answers, centralSystem, messageLog, metrics } = this.options;
    const { messageId, action } = call;
    metrics.meter(action).received.inc();
    let decision: Decision | Promise<Decision>;
    try {
      decision = centralSystem.decide(session.chargePoint, call, receivedAt);
    } catch (error) {
      decision = this.failure(session, action, error);
    }
    if (decision instanceof Promise) {
      let unlogged: UnloggedCall | undefined;
      if (messageLog.wants(action)) {
        messageLog.callIn(session, messageId, action, frame.toString(), receivedAt);
      } else {
        unlogged = { frame: Buffer.from(frame), receivedAt };
      }
      this.undecided.begin(session);
      this.awaitDecision(session, decision, messageId, action, startedAt, unlogged);
    } else {
      answers.give(session, messageId, action, decision, startedAt, { frame, receivedAt });
    }
  }

  private awaitDecision(
    session: Session,
    decision: Promise<Decision>,
    messageId: string,
    action: string,
    startedAt: number,
    unlogged?: UnloggedCall,
  ): void {
    const piece = decisions.begin();
    decision
      .catch((error: unknown) => this.failure(session, action, error))
      .then((decided) => {
        decisions.end(piece);
        if (decided.kind === 'result' && decided.digest !== undefined) session.noteMeter(decided.digest);
        this.options.answers.give(session, messageId, action, decided, startedAt, unlogged);
        this.undecided.settle(session);
        this.proceed(session);
      })
      .catch((error: unknown) => this.broken(session, error));
  }

  private isIdle(): boolean {
    return this.undecided.isEmpty && this.backlog.isEmpty;
  }

  private tellIfIdle(): void {
    if (this.isIdle()) for (const listener of this.idleListeners.splice(0)) listener();
  }

  /** Goes on with what has been waiting. */
  private proceed(session: Session): void {
    if (!session.undecided) this.backlog.proceed(session);
    this.tellIfIdle();
  }

  /** A fault of Farad's: the charge point shall try again, and nobody else shall notice. */
  private failure(session: Session, action: string, error: unknown): Decision {
    this.options.log.error(
      { err: error, chargePoint: session.chargePoint.id, action },
      'a message could not be decided',
    );
    return { kind: 'error', code: 'InternalError', description: 'the message could not be processed' };
  }
}
