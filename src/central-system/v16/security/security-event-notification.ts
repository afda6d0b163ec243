import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/** SecurityEventNotification (security whitepaper ed. 3 §5.15): always acknowledged, its types are an open list; the message log keeps it. */
export const securityEventNotification: Handler<'SecurityEventNotification'> = {
  handle: () => acknowledged,

  /** Over-long or unreadable members are no reason to make the charge point repeat it. */
  salvage: ({ type, timestamp }) =>
    typeof type === 'string'
      ? { type, timestamp: typeof timestamp === 'string' ? timestamp : '' }
      : undefined,
};
