import type { ShareChange } from '../../smart-charging/site-plan.ts';
import type { SiteRecord } from '../../store/site-record.ts';
import type { ConnectorState } from './connector-state.ts';
import type { Fate } from './outcome.ts';
import { limitOrder } from './profiles.ts';
import type { Sending, SendingContext, Sent } from './sending.ts';

/** The TxProfiles that give transactions their shares; as many as may be sent now. */
export function shareSendings(
  context: SendingContext,
  { voltage }: Pick<SiteRecord, 'voltage'>,
  states: ReadonlyMap<string, ConnectorState>,
  changes: readonly ShareChange[],
  now: number,
): Sending[] {
  const sendings: Sending[] = [];
  for (const { id, current } of changes) {
    const state = states.get(id);
    if (state?.transaction === undefined || state.isBusy || state.plan.leaving) continue;
    if (!context.budget.take(now)) break;
    const { transactionId } = state.transaction;
    // What was in doubt before may be in force until this one is accepted.
    const doubt = state.plan.shareSent;
    state.change({ shareSent: Math.max(current, doubt ?? 0) });
    state.isBusy = true;
    sendings.push({
      state,
      order: limitOrder(context.store, state.member, {
        current,
        voltage,
        transactionId,
      }),
      done: (fate, at) => shareDone(context, state, transactionId, { current, doubt }, fate, at),
    });
  }
  return sendings;
}

function shareDone(
  { settings, wakeIn }: SendingContext,
  state: ConnectorState,
  transactionId: number,
  { current, doubt }: Sent,
  fate: Fate,
  at: number,
): void {
  if (state.plan.transactionId !== transactionId) return;
  const { share } = state;
  switch (fate.kind) {
    case 'accepted': {
      const before = state.ceiling(at);
      const turned = share > 0 !== current > 0;
      state.change({
        share: current,
        shareSent: null,
        refused: null,
        settling: before > current ? { from: before, until: at + settings.settle } : null,
        ...(turned && { since: at }),
      });
      state.accepts(at);
      if (state.plan.settling !== null) wakeIn(settings.settle);
      break;
    }
    case 'refused':
      state.change({ shareSent: doubt });
      state.refuses(fate.reason, at);
      break;
    case 'not_sent':
      state.change({ shareSent: doubt });
      break;
    case 'unknown':
      // Stays as it was when it was sent.
      break;
  }
}
