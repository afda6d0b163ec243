import type { CallAnswer } from '../../call-answer.ts';
import type { ChargePoint } from '../../charge-point.ts';
import type { Context } from '../../context.ts';
import { type CallOf, statusOf } from '../follower.ts';
import type { Herald } from '../herald.ts';

/** At most 40 hexadecimal digits that stand for bytes (security whitepaper ed. 3 §7.2). */
const HEXADECIMAL = /^(?:[0-9a-f]{2})+$/i;

type Change = CallOf<'ChangeConfiguration'>;

/**
 * A ChangeConfiguration that gives a key: from before it leaves, the charge point may show the new key as
 * well as the old one, for whatever happens to this process, the charge point may use either. Undefined for
 * any other key, and for an empty value, which takes a key away.
 */
export const authorizationKeyLeaving: Herald<'ChangeConfiguration'> = ({ store, clock }, { id }, call) => {
  if (!givesKey(call)) return undefined;
  const keyHashes = formsOf(call.payload.value).map((bytes) => store.keys.hash(bytes));
  return store.givenKeys.leaving(id, store.settings.get(id), call.messageId, keyHashes, clock());
};

/**
 * Accepted: the old key is worth nothing any more (security whitepaper ed. 3 A01.FR.03). Refused: the new one
 * is not (A01.FR.04). RebootRequired, no answer or none that can be read: both hold until the charge point
 * has shown the new one (obligation L10).
 */
export function authorizationKeyAnswered(
  { store }: Context,
  { id }: ChargePoint,
  call: Change,
  answer: CallAnswer,
): Promise<void> | undefined {
  if (!givesKey(call)) return undefined;
  const isTaken = taken(answer);
  return isTaken === undefined ? undefined : store.givenKeys.answered(id, call.messageId, isTaken);
}

/** Undefined: nobody knows yet. */
function taken(answer: CallAnswer): boolean | undefined {
  if (answer.kind === 'error') return false;
  if (answer.kind === 'none') return answer.reason === 'not_sent' ? false : undefined;
  const status = statusOf(answer);
  return status === undefined || status === 'RebootRequired' ? undefined : status === 'Accepted';
}

function givesKey({ payload: { key, value } }: Change): boolean {
  return key.trim().toLowerCase() === 'authorizationkey' && value !== '';
}

/**
 * The bytes of a key in hexadecimal. Some charge points show its digits instead, so both are accepted until
 * one was shown (obligation L8).
 */
function formsOf(value: string): Buffer[] {
  const text = Buffer.from(value, 'utf8');
  return HEXADECIMAL.test(value) ? [Buffer.from(value, 'hex'), text] : [text];
}
