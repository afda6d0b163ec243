import type { ConnectorState } from './connector-state.ts';
import { clearOrder } from './profiles.ts';
import type { Sending, SendingContext } from './sending.ts';

/** Clears the profiles of connectors that have left the site. */
export function farewellSendings(
  { store, settings, budget }: SendingContext,
  states: Iterable<ConnectorState>,
  now: number,
): Sending[] {
  const sendings: Sending[] = [];
  for (const state of states) {
    const { plan } = state;
    if (!plan.leaving || state.isBusy || !state.takesPart(now, settings.settle)) continue;
    const isShared = plan.share !== null || plan.shareSent !== null;
    if (!budget.take(now)) break;
    state.isBusy = true;
    sendings.push({
      state,
      order: clearOrder(store, state.member, isShared ? 'TxProfile' : 'TxDefaultProfile'),
      done: (fate, at) => {
        if (fate.kind === 'unknown' || fate.kind === 'not_sent') return;
        // "Unknown" says that it was not there.
        if (fate.kind === 'refused' && fate.reason !== 'Unknown') state.refuses(fate.reason, at);
        else if (isShared) state.change({ share: null, shareSent: null });
        else state.change({ fallback: null, fallbackSent: null });
      },
    });
  }
  return sendings;
}

/** Nothing of ours is left at a connector, or it refuses even to be rid of it. */
export function isGone({ plan, isBusy }: ConnectorState): boolean {
  if (!plan.leaving || isBusy) return false;
  if (plan.refused !== null && plan.refused.times > 1) return true;
  const { share, shareSent, fallback, fallbackSent } = plan;
  return share === null && shareSent === null && fallback === null && fallbackSent === null;
}
