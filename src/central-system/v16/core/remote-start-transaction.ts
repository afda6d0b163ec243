import { foldIdTag } from '../../../protocol/id-tag.ts';
import { type Expectation, MINUTE_MS, mayFollow } from '../expectation.ts';

/**
 * How long a driver may take to plug in, unless the charge point waits longer (ConnectionTimeOut,
 * OCPP 1.6 ed. 2 §9.1.5).
 */
const LEAST_WAIT_MS = 10 * MINUTE_MS;

/**
 * Clocks of charge points differ; a transaction that began longer before the command is an offline one told
 * late.
 */
const CLOCK_SLACK_MS = 5 * MINUTE_MS;

/**
 * RemoteStartTransaction (OCPP 1.6 ed. 2 §5.11). Accepted only means that the charge point will try: an
 * Authorize of the tag may follow (AuthorizeRemoteTxRequests) and then a StartTransaction, or nothing.
 */
export const remoteStart: Expectation<'RemoteStartTransaction'> = {
  awaits({ store }, { id }, _call, answer) {
    if (!mayFollow(answer)) return undefined;
    const timeOut = Number(store.configurations.get(id, 'ConnectionTimeOut')?.value ?? 0) * 1000;
    return Math.min(Math.max(LEAST_WAIT_MS, (timeOut || 0) + MINUTE_MS), 24 * 60 * MINUTE_MS);
  },

  fits(_chargePoint, { request, sentAt, consequences }, told) {
    if (foldIdTag(told.idTag) !== foldIdTag(request.idTag)) return 'no';
    if (told.action === 'Authorize') return consequences.length === 0 ? 'part' : 'no';
    if (told.action !== 'StartTransaction' || told.startedAt < sentAt - CLOCK_SLACK_MS) return 'no';
    const there = request.connectorId === undefined || request.connectorId === told.connectorId;
    return there ? 'last' : 'no';
  },

  /** The profile that came with the request is that of the transaction (§5.11; errata 3.41). */
  concluded({ store }, { id }, { request, messageId }, { connectorId, transactionId, receivedAt }) {
    if (request.chargingProfile === undefined || connectorId === null) return;
    store.chargingProfiles.installWithin({
      chargePointId: id,
      connectorId,
      profile: request.chargingProfile,
      transactionId,
      source: 'RemoteStartTransaction',
      messageId,
      at: receivedAt,
    });
  },
};
