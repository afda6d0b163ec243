import { writeTimestamp } from '../../../protocol/timestamp.ts';
import type { AuthorizationStatus, IdTagInfo } from '../../../protocol/v16/generated/messages.ts';
import type { Token } from '../../../store/token.ts';

/**
 * What a charge point is told about a tag, also for its authorization cache (OCPP 1.6 ed. 2 §7.27, §3.5.1).
 * Every answer about a tag of a group names the parent, else its other members could not stop (§3.10).
 * `expiryDate` goes only with Accepted and only if it lies ahead.
 */
export function idTagInfo(status: AuthorizationStatus, token: Token | undefined, now: number): IdTagInfo {
  if (token === undefined) return { status };
  const { parentIdTag, expiryDate } = token;
  const expires = status === 'Accepted' && expiryDate !== undefined && expiryDate > now;
  if (parentIdTag === undefined)
    return expires ? { status, expiryDate: writeTimestamp(expiryDate) } : { status };
  return expires ? { status, parentIdTag, expiryDate: writeTimestamp(expiryDate) } : { status, parentIdTag };
}
