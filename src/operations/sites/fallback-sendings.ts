import type { SiteRecord } from '../../store/site-record.ts';
import type { ConnectorState } from './connector-state.ts';
import type { Fate } from './outcome.ts';
import { limitOrder } from './profiles.ts';
import type { Sending, SendingContext, Sent } from './sending.ts';
import { FALLBACK_SETTLES } from './settings.ts';

/**
 * The TxDefaultProfiles for when Farad or the link is gone, `current` tenths of an ampere per phase; a
 * transaction that has no share yet gets that first.
 */
export function fallbackSendings(
  context: SendingContext,
  { voltage }: Pick<SiteRecord, 'voltage'>,
  members: readonly ConnectorState[],
  current: number,
  now: number,
): Sending[] {
  const sendings: Sending[] = [];
  for (const state of members) {
    const { plan, transaction } = state;
    if (plan.fallback === current && plan.fallbackSent === null) continue;
    if (state.isBusy || !state.takesPart(now, context.settings.settle)) continue;
    if (now < state.fallbackDueAt) continue;
    if (transaction !== undefined && plan.share === null && plan.refused === null) continue;
    if (!context.budget.take(now)) break;
    const doubt = plan.fallbackSent;
    state.change({ fallbackSent: Math.max(current, plan.fallbackSent ?? 0) });
    state.isBusy = true;
    sendings.push({
      state,
      order: limitOrder(context.store, state.member, {
        current,
        voltage,
        transactionId: null,
      }),
      done: (fate, at) => fallbackDone(context, state, { current, doubt }, fate, at),
    });
  }
  return sendings;
}

function fallbackDone(
  { settings }: SendingContext,
  state: ConnectorState,
  { current, doubt }: Sent,
  fate: Fate,
  at: number,
): void {
  if (fate.kind === 'accepted') {
    const before = state.ceiling(at);
    state.change({ fallback: current, fallbackSent: null, refused: null });
    // A running transaction may have gone by the old one until now (errata 3.8).
    if (state.plan.share === null && before > current) {
      state.change({ settling: { from: before, until: at + settings.settle } });
    }
  } else if (fate.kind === 'refused') {
    state.change({ fallbackSent: doubt });
    // Whether it takes the TxProfiles of a running transaction is another matter.
    if (state.transaction === undefined) state.refuses(fate.reason, at);
    else state.fallbackDueAt = at + FALLBACK_SETTLES * settings.settle;
  } else if (fate.kind === 'not_sent') {
    state.change({ fallbackSent: doubt });
  }
}
