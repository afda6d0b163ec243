import type { VersionRules } from '../version-rules.ts';
import { finishStop } from './core/stop-transaction.ts';
import { decideCall } from './decide.ts';
import { isAwaited } from './follow-up.ts';
import { barTo, noteAnswer, noteLeaving } from './outgoing-calls.ts';
import { triggeredBy } from './remote-trigger/trigger-message.ts';

/** OCPP 1.6 with its security extension. */
export const rules: VersionRules = {
  decideCall,
  finishStop,
  isAwaited,
  triggeredBy,
  barTo,
  noteLeaving,
  noteAnswer,
};
