import type { CallOutcome } from '../link/methods.ts';
import type { Dialect } from '../protocol/version.ts';
import { dialectOfChargePoint } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { refusalOf } from './call-refusal.ts';
import { findChargePoint } from './charge-point-view.ts';
import type { ControlDeps } from './deps.ts';
import { apiError, type ErrorCode } from './errors.ts';
import { securityRefusal } from './security-checks.ts';

/** The charge point's answer, good or bad (`#/components/schemas/CallAnswer`). */
export type AnsweredCall = Extract<CallOutcome, { outcome: 'result' | 'error' }>;

/** What `checkCall` and `callChargePoint` may throw, for the description of a route. */
export const callErrors = [
  'unknown_charge_point',
  'not_connected',
  'registration_state',
  'invalid_payload',
  'queue_full',
  'connection_lost',
  'timeout',
  'busy',
  'storage_full',
  'security_profile_not_raised',
  'security_prerequisites_missing',
] as const satisfies readonly ErrorCode[];

/**
 * Throws for what cannot be sent: an action or a charge point that does not exist, a payload that breaks the
 * schema.
 */
export function checkCall(store: Store, id: string, action: string, payload: unknown): void {
  const dialect = dialectOfChargePoint(store, id);
  if (!dialect.isCentralSystemAction(action))
    throw apiError(
      'unknown_action',
      { action, version: dialect.version },
      { actions: dialect.centralSystemActions },
    );
  if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
  checkPayload(dialect, action, payload);
}

/** Throws for a payload that breaks the schema of its action. */
export function checkPayload(dialect: Dialect, action: string, payload: unknown): void {
  const violation = dialect.checkRequest(action, payload);
  if (!violation) return;
  const { code, description, path } = violation;
  const ocppCode = dialect.errorCodes[code];
  throw apiError('invalid_payload', { action, description }, { path, ocppCode, description });
}

/**
 * Sends a CALL at once and exactly once, and returns the charge point's words; throws if there are none.
 * With `force` a security profile is raised although something is missing for it.
 */
export async function callChargePoint(
  { store, edges, config }: Pick<ControlDeps, 'store' | 'edges' | 'config'>,
  id: string,
  action: string,
  payload: unknown,
  { force = false } = {},
): Promise<AnsweredCall> {
  checkCall(store, id, action, payload);
  const refusal = securityRefusal({ store, config }, id, { action, payload, force });
  if (refusal) throw refusal;
  const sent = await edges.call({ chargePointId: id, action, payload });
  if (sent.outcome === 'result' || sent.outcome === 'error') return sent;
  throw refusalOf(sent, id, action);
}
