import type { CentralSystem } from '../central-system/central-system.ts';
import type { CallHead } from '../protocol/scan-call.ts';
import type { Answers } from './answers.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { Inbox } from './inbox.ts';
import type { MessageLog } from './message-log.ts';
import type { Session } from './session.ts';

export interface WorkerFramesOptions {
  readonly centralSystem: Pick<CentralSystem, 'isAwaited'>;
  readonly inbox: Pick<Inbox, 'add'>;
  readonly answers: Answers;
  readonly messageLog: MessageLog;
  readonly metrics: EdgeMetrics;
  /** Actions that go to the frame workers. */
  readonly workerActions: readonly string[];
}

/** Picks the CALLs that frame workers are to decide, and hands them over. */
export class WorkerFrames {
  private readonly options: WorkerFramesOptions;
  private readonly actions: ReadonlySet<string>;

  constructor(options: WorkerFramesOptions) {
    this.options = options;
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
    const { answers, inbox, messageLog, metrics } = this.options;
    const { messageId, action } = head;
    metrics.meter(action).received.inc();
    if (messageLog.wants(action)) {
      messageLog.callIn(session, messageId, action, bytes.toString(), receivedAt);
    }
    if (inbox.add(session, messageId, action, bytes, receivedAt, startedAt)) return true;
    const description = 'too much is being processed, send it again later';
    const refusal = { kind: 'error', code: 'InternalError', description } as const;
    answers.give(session, messageId, action, refusal, startedAt);
    return false;
  }
}
