import type { AvailabilityRecord } from '../../../store/availability.ts';
import { type Expectation, isUnanswered, MINUTE_MS, mayFollow } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';

const WAIT_MS = 5 * MINUTE_MS;

/** A transaction in whose way the change would be may last. */
const SCHEDULED_WAIT_MS = 30 * 24 * 60 * MINUTE_MS;

/**
 * ChangeAvailability (OCPP 1.6 ed. 2 §5.2): a StatusNotification shows when it takes effect; `Scheduled` is
 * after the running transaction. For connector 0 that is the charge point's own, or one of every connector.
 */
export const changeAvailability: Expectation<'ChangeAvailability'> = {
  awaits(_room, _chargePoint, _call, answer) {
    if (statusOf(answer) === 'Scheduled') return SCHEDULED_WAIT_MS;
    return mayFollow(answer) ? WAIT_MS : undefined;
  },

  fits({ numberOfConnectors }, { request, consequences }, { action, connectorId, status }) {
    if (action !== 'StatusNotification' || connectorId === null || !shows(request.type, status)) return 'no';
    if (connectorId === request.connectorId) return 'last';
    if (request.connectorId !== 0) return 'no';
    const told = new Set(consequences.map((earlier) => earlier.connectorId)).add(connectorId);
    return numberOfConnectors > 0 && told.size >= numberOfConnectors ? 'last' : 'part';
  },

  outdates: (request, earlier) => request.connectorId === 0 || request.connectorId === earlier.connectorId,

  concluded: ({ store }, { id }, { messageId }, { receivedAt }) =>
    store.availabilities.tookEffect(id, messageId, receivedAt),
};

/** What was asked for holds for the connector until something else is, also over reboots (§5.2). */
export const availabilityAnswered: Follower<'ChangeAvailability'> = ({ store }, { id }, call, answer) => {
  const { connectorId, type } = call.payload;
  const told = stateOf(statusOf(answer)) ?? (isUnanswered(answer) ? 'doubtful' : undefined);
  if (told === undefined) return undefined;
  const concerned = store.connectors
    .of(id)
    .filter((connector) => connectorId === 0 || connector.connectorId === connectorId);
  // Where nothing changes, no StatusNotification follows.
  const isSo = concerned.length > 0 && concerned.every(({ status }) => shows(type, status));
  const state = told === 'accepted' && isSo ? 'effective' : told;
  const { messageId, sentAt: askedAt } = call;
  return store.availabilities.asked({ chargePointId: id, connectorId, type, state, askedAt, messageId });
};

function stateOf(status: string | undefined): AvailabilityRecord['state'] | undefined {
  if (status === 'Accepted') return 'accepted';
  return status === 'Scheduled' ? 'scheduled' : undefined;
}

/** Whether a status can be that of a connector of this availability; a fault says nothing about it. */
function shows(type: 'Operative' | 'Inoperative', status: string): boolean {
  if (status === 'Faulted') return false;
  return (status === 'Unavailable') === (type === 'Inoperative');
}
