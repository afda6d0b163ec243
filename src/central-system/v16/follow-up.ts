import type { CentralSystemAction } from '../../protocol/v16/actions.ts';
import type { CommandRecord, Consequence } from '../../store/command-record.ts';
import type { CallAnswer, OutgoingCall } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { changeAvailability } from './core/change-availability.ts';
import { remoteStart } from './core/remote-start-transaction.ts';
import { remoteStop } from './core/remote-stop-transaction.ts';
import { reset } from './core/reset.ts';
import { unlockConnector } from './core/unlock-connector.ts';
import type { Expectation, Told } from './expectation.ts';
import { statusOf } from './follower.ts';
import { trigger } from './remote-trigger/trigger-message.ts';

/**
 * The commands that something follows later. All others say what they have to in their answer, or have a
 * record of their own.
 */
const expectations: { readonly [A in CentralSystemAction]?: Expectation<A> } = {
  ChangeAvailability: changeAvailability,
  ExtendedTriggerMessage: trigger,
  RemoteStartTransaction: remoteStart,
  RemoteStopTransaction: remoteStop,
  Reset: reset,
  TriggerMessage: trigger,
  UnlockConnector: unlockConnector,
};

/**
 * The table pairs every action with the expectation of its request; that is beyond what the type of a look-up
 * can say.
 */
function expectationOf(action: string): Expectation<'Reset'> | undefined {
  return expectations[action as CentralSystemAction] as Expectation<'Reset'> | undefined;
}

/**
 * Keeps a command with its answer, and looks out for what follows from now on: the next frame may be it.
 * Undefined where the CALL is no such command, or never left.
 */
export function keepCommand(
  context: Context,
  chargePoint: ChargePoint,
  call: OutgoingCall,
  answer: CallAnswer,
): Promise<unknown> | undefined {
  const expectation = expectationOf(call.action);
  const neverLeft = answer.kind === 'none' && answer.reason === 'not_sent';
  if (expectation === undefined || neverLeft) return undefined;
  const now = context.clock();
  const typed = { ...call, payload: call.payload as never };
  const awaitedMs = expectation.awaits(context, chargePoint, typed, answer);
  const command: CommandRecord = {
    chargePointId: chargePoint.id,
    messageId: call.messageId,
    action: call.action,
    request: call.payload,
    sentAt: call.sentAt,
    outcome: answer.kind === 'none' ? (answer.reason as 'timeout' | 'connection_lost') : answer.kind,
    answeredAt: now,
    answer: answer.kind === 'error' ? answer.code : (statusOf(answer) ?? ''),
    awaitedUntil: awaitedMs === undefined ? null : now + awaitedMs,
    consequences: [],
    complete: false,
    version: 0,
  };
  const { commands } = context.store;
  const outdated = chargePoint.awaited.filter(
    ({ action, request }) =>
      action === call.action && expectation.outdates?.(typed.payload, request as never) === true,
  );
  chargePoint.awaited = chargePoint.awaited.filter((awaited) => !outdated.includes(awaited));
  if (awaitedMs !== undefined) chargePoint.awaited = [...chargePoint.awaited, command];
  return Promise.all([
    ...outdated.map(({ messageId }) => commands.giveUp(chargePoint.id, messageId, now)),
    commands.add(command),
  ]);
}

/**
 * Whether a message of this action may be what a command waits for; such a one has to be decided in place.
 */
export function isAwaited(chargePoint: ChargePoint, action: string): boolean {
  return chargePoint.awaited.some(
    (command) => expectationOf(command.action)?.waitsFor?.(command as never, action) === true,
  );
}

/**
 * Looks whether what the charge point told follows a command. Of several commands of one kind that it fits,
 * the oldest gets it: one message is the consequence of one command. What follows from that is written in the
 * background, the charge point's answer does not wait for it.
 */
export function noteTold(context: Context, chargePoint: ChargePoint, told: Told): void {
  if (chargePoint.awaited.length === 0) return;
  const followed = followedBy(chargePoint, told);
  moveOn(chargePoint, told, followed);
  for (const { command, isLast } of followed) {
    context.store.commands
      .followed(chargePoint.id, command.messageId, consequenceOf(told), isLast, () =>
        conclude(context, chargePoint, told, { command, isLast }),
      )
      .catch((error: unknown) => context.onFault(error, chargePoint.id));
  }
}

/** What follows from a message that is kept itself, in one write transaction with it. */
export interface FollowUp {
  /** Within that write transaction; may be run again. */
  write(told: Told): void;
  /** It is on the disk: what was awaited has come. */
  written(): void;
}

/** As `noteTold`, of a message that is about to be kept; undefined where no command awaits anything. */
export function followUpOf(context: Context, chargePoint: ChargePoint): FollowUp | undefined {
  if (chargePoint.awaited.length === 0) return undefined;
  let last: { readonly told: Told; readonly followed: readonly FollowedCommand[] } | undefined;
  return {
    write(told) {
      const followed = followedBy(chargePoint, told);
      for (const each of followed) {
        const { command, isLast } = each;
        const { commands } = context.store;
        commands.followedWithin(chargePoint.id, command.messageId, consequenceOf(told), isLast);
        conclude(context, chargePoint, told, each);
      }
      last = { told, followed };
    },
    written() {
      if (last !== undefined) moveOn(chargePoint, last.told, last.followed);
    },
  };
}

/** A command that a message follows; `isLast`: nothing more is to come. */
interface FollowedCommand {
  readonly command: CommandRecord;
  readonly isLast: boolean;
}

function followedBy(chargePoint: ChargePoint, told: Told): readonly FollowedCommand[] {
  const followed: FollowedCommand[] = [];
  for (const command of chargePoint.awaited) {
    if (isOver(command, told) || followed.some((other) => other.command.action === command.action)) continue;
    const fits = expectationOf(command.action)?.fits(chargePoint, command as never, told) ?? 'no';
    if (fits !== 'no') followed.push({ command, isLast: fits === 'last' });
  }
  return followed;
}

/** Awaits no more what has come, and what is overdue. */
function moveOn(chargePoint: ChargePoint, told: Told, followed: readonly FollowedCommand[]): void {
  chargePoint.awaited = chargePoint.awaited.flatMap((command) => {
    if (isOver(command, told)) return [];
    const found = followed.find((each) => each.command.messageId === command.messageId);
    if (found === undefined) return [command];
    return found.isLast ? [] : [{ ...command, consequences: [...command.consequences, consequenceOf(told)] }];
  });
}

function isOver({ awaitedUntil }: CommandRecord, { receivedAt }: Told): boolean {
  return (awaitedUntil ?? 0) <= receivedAt;
}

/** Within a write transaction. */
function conclude(
  context: Context,
  chargePoint: ChargePoint,
  told: Told,
  { command, isLast }: FollowedCommand,
): void {
  if (isLast) expectationOf(command.action)?.concluded?.(context, chargePoint, command as never, told);
}

function consequenceOf({
  action,
  messageId,
  connectorId,
  transactionId,
  status,
  receivedAt,
}: Told): Consequence {
  return { action, messageId, connectorId, transactionId, status, at: receivedAt };
}
