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
  const served = new Set<string>();
  const left: CommandRecord[] = [];
  for (const command of chargePoint.awaited) {
    if ((command.awaitedUntil ?? 0) <= told.receivedAt) continue;
    const expectation = expectationOf(command.action);
    const fits = served.has(command.action) ? 'no' : expectation?.fits(chargePoint, command as never, told);
    if (expectation === undefined || fits === undefined || fits === 'no') {
      left.push(command);
      continue;
    }
    served.add(command.action);
    const consequence = consequenceOf(told);
    if (fits === 'part') left.push({ ...command, consequences: [...command.consequences, consequence] });
    const following = Promise.all([
      context.store.commands.followed(chargePoint.id, command.messageId, consequence, fits === 'last'),
      fits === 'last' && expectation.concluded?.(context, chargePoint, command as never, told),
    ]);
    following.catch((error: unknown) => context.onFault(error, chargePoint.id));
  }
  chargePoint.awaited = left;
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
