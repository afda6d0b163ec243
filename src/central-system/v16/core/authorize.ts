import { authorizations } from '../../../records/authorizations.ts';
import { type Confirmation, confirm, confirmAlways } from '../../decision.ts';
import { judgeTag, type TagStatus } from '../../tag-authorization.ts';
import type { Handler } from '../handler.ts';
import { idTagInfo } from './id-tag-info.ts';

/** Longer texts are not even looked for: the store's keys have a limit. */
const MAX_LOOKED_UP = 255;

/** Tags without group and expiry, and unknown ones: answers written once. */
const PLAIN: Readonly<Record<TagStatus, Confirmation>> = {
  Accepted: confirmAlways({ idTagInfo: { status: 'Accepted' } }),
  Blocked: confirmAlways({ idTagInfo: { status: 'Blocked' } }),
  Expired: confirmAlways({ idTagInfo: { status: 'Expired' } }),
  Invalid: confirmAlways({ idTagInfo: { status: 'Invalid' } }),
};

/**
 * Authorize (OCPP 1.6 ed. 2 §4.1): says what holds for a tag and does nothing else, neither open a
 * transaction nor reserve anything. A tag that is charging stays Accepted, since it may be presented to stop
 * (§7.2). One read, no await.
 */
export const authorize: Handler<'Authorize'> = {
  handle({ store, settings, rows, counters }, chargePoint, { idTag }, receivedAt) {
    const { status, token } = judgeTag(store.tokens, idTag, receivedAt, settings.unknownTags);
    counters.authorization('Authorize', status);
    rows.add(authorizations, {
      chargePointId: chargePoint.id,
      idTag,
      parentIdTag: token?.parentIdTag ?? '',
      status,
      action: 'Authorize',
      receivedAt,
    });
    const plain = token?.parentIdTag === undefined && token?.expiryDate === undefined;
    return plain ? PLAIN[status] : confirm({ idTagInfo: idTagInfo(status, token, receivedAt) });
  },

  /** An over-long tag is no registered one, and Invalid can say so (OCPP-J 1.6 §4.2.2). */
  salvage: ({ idTag }) =>
    typeof idTag === 'string' && idTag.length <= MAX_LOOKED_UP ? { idTag } : undefined,
};
