import { type Expectation, MINUTE_MS, mayFollow } from '../expectation.ts';

/** A charge point that goes offline meanwhile sends the stop when it is back. */
const WAIT_MS = 24 * 60 * MINUTE_MS;

/**
 * RemoteStopTransaction (OCPP 1.6 ed. 2 §5.12): the StopTransaction that follows is the proof, not the
 * answer.
 */
export const remoteStop: Expectation<'RemoteStopTransaction'> = {
  awaits: (_room, _chargePoint, _call, answer) => (mayFollow(answer) ? WAIT_MS : undefined),

  fits: (_chargePoint, { request }, told) =>
    told.action === 'StopTransaction' && told.transactionId === request.transactionId ? 'last' : 'no',
};
