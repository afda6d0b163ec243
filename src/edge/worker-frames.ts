import type { CentralSystem } from '../central-system/central-system.ts';
import type { CallHead } from '../protocol/scan-call.ts';
import type { Answers } from './answers.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import { Inbox, type InboxOptions } from './inbox.ts';
import type { MessageLog } from './message-log.ts';
import type { Session } from './session.ts';

export interface WorkerFramesOptions extends InboxOptions {
  readonly centralSystem: Pick<CentralSystem, 'isAwaited'>;
  readonly answers: Answers;
  readonly messageLog: MessageLog;
  readonly metrics: EdgeMetrics;
  /** Actions that go to the frame workers. */
  readonly workerActions: readonly string[];
}

/** Picks the CALLs that frame workers are to decide, and hands them over through the inbox. */
export class WorkerFrames {
  private readonly options: WorkerFramesOptions;
  private readonly inbox: Inbox;
  private readonly actions: ReadonlySet<string>;

  constructor(options: WorkerFramesOptions) {
    this.options = options;
    this.inbox = new Inbox(options);
    this.actions = new Set(options.workerActions);
  }

  /**
   * Whether a CALL is for them: only an accepted charge point's, since what another may say is not for a
   * worker to know.
   */
  wants(session: Session, action: string, bytes: Buffer): boolean {
    if (!this.actions.has(action) || session.chargePoint.registration !== 'Accepted') return false;
    // What may have been triggered is decided in place.
    if (this.options.centralSystem.isAwaited(session.chargePoint, action)) return false;
    return session.dialect.isForWorkers(action, bytes);
  }

  /** Hands a CALL over; false where there is no room for it: then it is answered. */
  post(session: Session, head: CallHead, bytes: Buffer, receivedAt: number, startedAt: number): boolean {
    const { answers, messageLog, metrics } = this.options;
    const { messageId, action } = head;
    metrics.meter(action).received.inc();
    if (messageLog.wants(action)) {
      messageLog.callIn(session, messageId, action, bytes.toString(), receivedAt);
    }
    if (this.inbox.add(session, messageId, action, bytes, receivedAt, startedAt)) return true;
    const description = 'too much is being processed, send it again later';
    const refusal = { kind: 'error', code: 'InternalError', description } as const;
    answers.give(session, messageId, action, refusal, startedAt);
    return false;
  }

  /** To be called once a second: gives up what takes too long. */
  tick(): void {
    this.inbox.tick();
  }
}
