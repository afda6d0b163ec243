import type { CentralSystemAction, ChargePointAction, RequestOf } from '../../protocol/v16/actions.ts';
import type { CommandRecord } from '../../store/command-record.ts';
import type { CallAnswer } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { type CallOf, statusOf } from './follower.ts';

/** Something a charge point told, as far as it can be what followed a command. */
export interface Told {
  readonly action: ChargePointAction;
  readonly messageId: string;
  readonly connectorId: number | null;
  readonly transactionId: number | null;
  /** Its status, its stop reason, or what an Authorize was answered with; empty where it has none. */
  readonly status: string;
  /** Empty where it has none. */
  readonly idTag: string;
  /** When what it reports began, epoch ms; that of its receipt where it has no (usable) time. */
  readonly startedAt: number;
  readonly receivedAt: number;
}

/** A command that something may still follow. */
export interface AwaitedCommand<A extends CentralSystemAction> extends CommandRecord {
  readonly request: RequestOf<A>;
}

/**
 * What may follow a CALL of ours. OCPP 1.6 does not tie the two together, so it is told by content and time.
 */
export interface Expectation<A extends CentralSystemAction> {
  /** For how long after the answer it is looked for, ms; undefined where nothing is to follow. */
  readonly awaits: (
    context: Context,
    chargePoint: ChargePoint,
    call: CallOf<A>,
    answer: CallAnswer,
  ) => number | undefined;
  /** Whether what was told follows the command, and whether it is the last that does. */
  readonly fits: (chargePoint: ChargePoint, command: AwaitedCommand<A>, told: Told) => 'no' | 'part' | 'last';
  /** Whether nothing is to follow an earlier command any more because of a new one. */
  readonly outdates?: (request: RequestOf<A>, earlier: RequestOf<A>) => boolean;
  /** Whether a message that frame workers would decide is waited for. */
  readonly waitsFor?: (command: AwaitedCommand<A>, action: string) => boolean;
  /** What else Farad learns when the last message has come. Within a write transaction. */
  readonly concluded?: (
    context: Context,
    chargePoint: ChargePoint,
    command: AwaitedCommand<A>,
    told: Told,
  ) => void;
}

/** The charge point said that it will do it, or may be doing it without our having heard. */
export function mayFollow(answer: CallAnswer): boolean {
  return statusOf(answer) === 'Accepted' || isUnanswered(answer);
}

/** The CALL left and nobody knows what the charge point made of it. */
export function isUnanswered(answer: CallAnswer): boolean {
  return answer.kind === 'none' && answer.reason !== 'not_sent';
}

export const MINUTE_MS = 60_000;
