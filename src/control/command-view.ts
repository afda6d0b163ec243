import { writeTimestamp } from '../protocol/timestamp.ts';
import type { CommandRecord } from '../store/command-record.ts';

/** A command as the API shows it (`#/components/schemas/Command`). */
export function viewCommand(command: CommandRecord, now: number) {
  const { messageId, chargePointId, action, request, sentAt, outcome, answeredAt, answer } = command;
  return {
    messageId,
    chargePointId,
    action,
    request,
    sentAt: writeTimestamp(sentAt),
    outcome,
    answeredAt: writeTimestamp(answeredAt),
    answer: answer || null,
    followUp: followUpOf(command, now),
    awaitedUntil: command.awaitedUntil === null ? null : writeTimestamp(command.awaitedUntil),
    consequences: command.consequences.map(({ status, at, ...rest }) => ({
      ...rest,
      status: status || null,
      at: writeTimestamp(at),
    })),
    version: command.version,
  };
}

type FollowUp = 'none' | 'awaited' | 'followed' | 'complete' | 'missing';

export function followUpOf({ awaitedUntil, complete, consequences }: CommandRecord, now: number): FollowUp {
  if (awaitedUntil === null) return 'none';
  if (complete) return 'complete';
  if (awaitedUntil > now) return 'awaited';
  return consequences.length > 0 ? 'followed' : 'missing';
}
