import type { Token } from '../store/token.ts';

/**
 * What holds for a tag (OCPP 1.6 ed. 2 §7.2): ConcurrentTx is decided where a transaction starts, never here
 * (§7.2).
 */
export type TagStatus = 'Accepted' | 'Blocked' | 'Expired' | 'Invalid';

export interface TagJudgement {
  readonly status: TagStatus;
  /** The registered tag; undefined where it is unknown. */
  readonly token: Token | undefined;
}

/** What the judgement needs of the store: one read, in any spelling. */
export interface TokenReader {
  get(idTag: string): Token | undefined;
}

/**
 * Whether a tag may charge at the moment `now` (epoch ms). A parent id is no tag by itself: it counts only if
 * it is registered as one (§3.10). Synchronous, one read: this is the hot path of Authorize.
 */
export function judgeTag(
  tokens: TokenReader,
  idTag: string,
  now: number,
  unknownTags: 'invalid' | 'accept',
): TagJudgement {
  const token = tokens.get(idTag);
  if (token === undefined) return unknownTags === 'accept' ? UNKNOWN_ACCEPTED : UNKNOWN_REFUSED;
  return { status: statusOf(token, now), token };
}

const UNKNOWN_ACCEPTED: TagJudgement = Object.freeze({ status: 'Accepted', token: undefined });
const UNKNOWN_REFUSED: TagJudgement = Object.freeze({ status: 'Invalid', token: undefined });

function statusOf(token: Token, now: number): TagStatus {
  if (token.status !== 'Accepted') return token.status;
  return token.expiryDate !== undefined && token.expiryDate <= now ? 'Expired' : 'Accepted';
}

/**
 * Whether two tags may stop each other's transactions: the same tag, or the same group (§3.10). Tags are
 * compared without case.
 */
export function mayStop(stop: TagIdentity, start: TagIdentity): boolean {
  if (stop.idTag === start.idTag) return true;
  return stop.parentIdTag !== '' && stop.parentIdTag === start.parentIdTag;
}

/** Folded; an empty parent is none. */
export interface TagIdentity {
  readonly idTag: string;
  readonly parentIdTag: string;
}
