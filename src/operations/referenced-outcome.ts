import type { KeptAnswer, ReferencedCall } from '../store/referenced-calls.ts';
import { type CallReply, neverLeft } from './charge-point-calls.ts';

/**
 * What became of a CALL under a reference: the charge point's answer, or that it certainly never left and
 * why.
 */
export type Outcome = { readonly answer: KeptAnswer } | { readonly notSent: string };

/** What the reply of a CALL comes to; `call` is what the edge has on record about it. */
export function outcomeOf(reply: CallReply, call: ReferencedCall | undefined): Outcome {
  const { outcome } = reply;
  if (outcome === 'result') return { answer: { kind: 'result', payload: reply.payload } };
  if (outcome === 'error') return { answer: { kind: 'error', code: reply.code } };
  if (neverLeft(outcome)) return { notSent: outcome };
  if (call?.answer) return { answer: call.answer };
  // The edge notes a CALL before it sends it. Only where nobody heard from the edge may that still be to
  // come.
  const edgeHasSpoken =
    outcome === 'connection_lost' || ('messageId' in reply && reply.messageId !== undefined);
  return call === undefined && edgeHasSpoken
    ? { notSent: 'never_left' }
    : { answer: { kind: 'none', reason: outcome } };
}
