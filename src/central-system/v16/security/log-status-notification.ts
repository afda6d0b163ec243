import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/** LogStatusNotification (security whitepaper ed. 3 §5.12): acknowledged; the message log keeps it. */
export const logStatusNotification: Handler<'LogStatusNotification'> = {
  handle: () => acknowledged,
};
