import type { Decision, Refusal } from '../central-system/decision.ts';
import { errorFrame, type Malformed, resultFrameOf } from '../protocol/frame.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { MessageLog } from './message-log.ts';
import type { Session } from './session.ts';

export interface AnswersOptions {
  readonly messageLog: MessageLog;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
}

/** A CALL as received, at epoch ms; its bytes are only valid while it is answered. */
export interface UnloggedCall {
  readonly frame: Buffer;
  readonly receivedAt: number;
}

/** Sends charge points their answers: on the wire, into the message log, into the metrics. */
export class Answers {
  private readonly options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.options = options;
  }

  /**
   * Answers a CALL that began to be dealt with at `startedAt` (monotonic ms). On a closed socket it is lost:
   * the charge point asks again. With `call`, its frame is not in the message log yet; where the CALL is
   * refused it goes there even if its action is left out.
   */
  give(
    session: Session,
    messageId: string,
    action: string,
    decision: Decision,
    startedAt: number,
    call?: UnloggedCall,
  ): void {
    const { messageLog, metrics } = this.options;
    let frame: string;
    if (decision.kind === 'result') {
      const payload = decision.json ?? JSON.stringify(decision.payload);
      frame = resultFrameOf(messageId, payload);
      if (messageLog.wants(action)) this.logResult(session, messageId, action, payload, call);
    } else {
      const isLogged = messageLog.wants(action) || (call !== undefined && this.isShown(session, decision));
      if (call !== undefined && isLogged) {
        messageLog.callIn(session, messageId, action, call.frame.toString(), call.receivedAt);
      }
      frame = this.refusal(session, messageId, action, decision, isLogged);
    }
    if (session.socket.send(frame)) metrics.sent(frame.length);
    else metrics.unsentAnswers.inc();
    metrics.meter(action).latency.observe((performance.now() - startedAt) / 1000);
  }

  private logResult(
    session: Session,
    messageId: string,
    action: string,
    answer: string,
    call: UnloggedCall | undefined,
  ): void {
    const { messageLog } = this.options;
    const chargePointId = session.chargePoint.id;
    const answeredAt = Date.now();
    if (call === undefined) {
      messageLog.resultOut(session, messageId, action, answer, answeredAt);
    } else {
      const { frame, receivedAt } = call;
      messageLog.exchange(session, {
        chargePointId,
        messageId,
        action,
        frame,
        answer,
        receivedAt,
        answeredAt,
      });
    }
  }

  /**
   * Deals with what is no message. Where it has an id it was meant as a CALL and is answered; else there is
   * nothing to answer to (obligation B16).
   */
  unreadable(session: Session, frame: Malformed, text: string, receivedAt: number): void {
    const { messageLog, metrics, log } = this.options;
    const { messageId, description } = frame;
    const chargePoint = session.chargePoint.id;
    metrics.unreadable('malformed');
    const isLogged = messageLog.wantsBroken(chargePoint);
    if (isLogged) messageLog.unreadable(session, messageId ?? '', text, receivedAt);
    log.warn({ chargePoint, problem: description }, 'a charge point sent what is no OCPP-J message');
    if (messageId !== undefined) {
      const answer = this.refusal(session, messageId, '', frame, isLogged);
      if (session.socket.send(answer)) metrics.sent(answer.length);
    }
    session.unreadable++;
  }

  /** Writes down what came as bytes, where OCPP-J has only text. */
  binary(session: Session, bytes: Buffer, receivedAt: number): void {
    const { messageLog, metrics } = this.options;
    metrics.unreadable('binary');
    if (messageLog.wantsBroken(session.chargePoint.id)) {
      messageLog.unreadable(session, '', bytes.toString(), receivedAt);
    }
  }

  /**
   * Whether a refused CALL is logged although its action is not; what is refused before acceptance is written
   * down elsewhere.
   */
  private isShown({ chargePoint }: Session, { code }: Refusal): boolean {
    return code !== 'SecurityError' && this.options.messageLog.wantsBroken(chargePoint.id);
  }

  /** The CALLERROR for a refusal, counted and logged. */
  private refusal(
    session: Session,
    messageId: string,
    action: string,
    refusal: Omit<Refusal, 'kind'>,
    isLogged: boolean,
  ): string {
    const { messageLog, metrics } = this.options;
    const { code, description, details } = refusal;
    const written = session.dialect.errorCodes[code];
    const frame = errorFrame(messageId, written, description, details);
    metrics.meter(action).refused(code);
    if (isLogged) {
      messageLog.errorOut(session, messageId, action, written, frame, Date.now());
    }
    return frame;
  }
}
