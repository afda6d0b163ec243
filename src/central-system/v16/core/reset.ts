import { type Expectation, MINUTE_MS, mayFollow } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';

const WAIT_MS = 15 * MINUTE_MS;

const REASONS: ReadonlySet<string> = new Set(['HardReset', 'SoftReset', 'Reboot']);

/**
 * Reset (OCPP 1.6 ed. 2 §5.14): the charge point stops its transactions, before it boots or (hard) perhaps
 * only after, and boots. Complete once it has booted and no transaction is open.
 */
export const reset: Expectation<'Reset'> = {
  awaits: (_room, _chargePoint, _call, answer) => (mayFollow(answer) ? WAIT_MS : undefined),

  fits({ openTransactions }, { consequences }, { action, status, transactionId }) {
    const isBoot = action === 'BootNotification';
    if (!isBoot && !(action === 'StopTransaction' && REASONS.has(status))) return 'no';
    const hasBooted = isBoot || consequences.some((earlier) => earlier.action === 'BootNotification');
    const noOtherIsOpen = openTransactions.every(([, id]) => id === transactionId);
    return hasBooted && noOtherIsOpen ? 'last' : 'part';
  },
};

/** The next boot brings configuration into force that waited for a reset (§5.3). */
export const resetAnswered: Follower<'Reset'> = ({ store, clock }, { id }, _call, answer) =>
  statusOf(answer) === 'Accepted' ? store.configurations.resetAccepted(id, clock()) : undefined;
