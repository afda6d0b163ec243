import type { ErrorCode } from '../../protocol/error-code.ts';
import { type CentralSystemAction, isAction, isCentralSystemAction } from '../../protocol/v16/actions.ts';
import { checkRequest } from '../../protocol/v16/validate.ts';
import type { Command, Commands, Controls } from '../controls.ts';
import { coreCommands } from './core.ts';
import { firmwareCommands } from './firmware.ts';
import { localListCommands } from './local-list.ts';
import { remoteTriggerCommands } from './remote-trigger.ts';
import { reservationCommands } from './reservation.ts';
import { securityCommands } from './security.ts';
import { smartChargingCommands } from './smart-charging.ts';

const commands: Commands = {
  ...coreCommands,
  ...firmwareCommands,
  ...localListCommands,
  ...remoteTriggerCommands,
  ...reservationCommands,
  ...securityCommands,
  ...smartChargingCommands,
};

/** How a charge point answers a CALL of the Central System. */
export type CommandOutcome =
  | { readonly kind: 'result'; readonly payload: unknown; readonly afterwards: (() => void) | undefined }
  | {
      readonly kind: 'error';
      readonly code: ErrorCode;
      readonly description: string;
      /**
       * The Central System has sent something that breaks the standard, and not merely something that is not
       * supported here.
       */
      readonly isItsFault: boolean;
    };

/** Answers any CALL; never throws, whatever the payload. */
export function answerCommand(controls: Controls, action: string, payload: unknown): CommandOutcome {
  if (!isCentralSystemAction(action)) {
    return isAction(action)
      ? { kind: 'error', code: 'NotSupported', description: `${action} goes the other way`, isItsFault: true }
      : { kind: 'error', code: 'NotImplemented', description: `no action ${action}`, isItsFault: true };
  }
  const violation = checkRequest(action, payload);
  if (violation !== undefined) {
    return { kind: 'error', code: violation.code, description: violation.description, isItsFault: true };
  }
  // The payload has just passed the schema of this very action.
  const command = commands[action] as Command<CentralSystemAction> | undefined;
  if (command === undefined) {
    return { kind: 'error', code: 'NotImplemented', description: `no ${action} here`, isItsFault: false };
  }
  const answer = command(controls, payload as never);
  return { kind: 'result', payload: answer.payload, afterwards: answer.afterwards };
}
