import type { Order } from '../../protocol/orders.ts';
import type { Store } from '../../store/store.ts';
import type { CallBudget } from './budget.ts';
import type { ConnectorState } from './connector-state.ts';
import type { Fate } from './outcome.ts';
import type { PlannerSettings } from './settings.ts';

/** A CALL that a round has decided on; its connector is busy until it is `done`. */
export interface Sending {
  readonly state: ConnectorState;
  readonly order: Order;
  readonly done: (fate: Fate, at: number) => void;
}

/** What is needed to decide on CALLs. */
export interface SendingContext {
  readonly store: Store;
  readonly settings: PlannerSettings;
  readonly budget: CallBudget;
  /** Has the site looked at again in `ms`: something will have settled. */
  readonly wakeIn: (ms: number) => void;
}

/** A current that was sent, and one before it whose fate is unknown. */
export interface Sent {
  readonly current: number;
  readonly doubt: number | null;
}
