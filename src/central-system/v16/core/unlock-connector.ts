import { type Expectation, isUnanswered, MINUTE_MS } from '../expectation.ts';
import { statusOf } from '../follower.ts';

const WAIT_MS = MINUTE_MS;

/**
 * UnlockConnector (OCPP 1.6 ed. 2 §5.18): a transaction that ran there is stopped with reason UnlockCommand,
 * and the connector's status changes. Nothing says which message is the last.
 */
export const unlockConnector: Expectation<'UnlockConnector'> = {
  awaits: (_room, _chargePoint, _call, answer) =>
    statusOf(answer) === 'Unlocked' || isUnanswered(answer) ? WAIT_MS : undefined,

  fits(_chargePoint, { request }, { action, connectorId, status }) {
    if (connectorId !== request.connectorId) return 'no';
    const isStop = action === 'StopTransaction' && status === 'UnlockCommand';
    return isStop || action === 'StatusNotification' ? 'part' : 'no';
  },
};
