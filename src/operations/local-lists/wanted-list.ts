import { createHash } from 'node:crypto';
import { foldIdTag } from '../../protocol/id-tag.ts';
import { readTimestamp, writeTimestamp } from '../../protocol/timestamp.ts';
import type { ListedTagInfo, LocalListRecord } from '../../store/local-list-record.ts';
import type { Store } from '../../store/store.ts';
import type { Token } from '../../store/token.ts';

/** An entry as a charge point is to hold it. */
export interface ListEntry {
  readonly idTag: string;
  readonly idTagInfo: ListedTagInfo;
}

/** What a local list comes to with the tokens as they are. */
export interface WantedList {
  readonly listId: string;
  /**
   * Every entry has idTagInfo (obligation H3), no idTag comes twice (H5). In the order of the idTags without
   * case.
   */
  readonly entries: readonly ListEntry[];
  /** Entries of the list that say nothing themselves and whose token does not exist: they are left out. */
  readonly unknownTags: readonly string[];
  /** Equal for equal lists, also after a token has run out: charge points know by themselves when that is. */
  readonly digest: string;
}

/** The entries of a list: what it says itself, else what the token of the idTag says. */
export function wantedList(
  { id, entries }: Pick<LocalListRecord, 'id' | 'entries'>,
  tokens: Pick<Store['tokens'], 'get'>,
): WantedList {
  const wanted = new Map<string, ListEntry>();
  const unknownTags: string[] = [];
  for (const { idTag, idTagInfo } of entries) {
    const token = idTagInfo ? undefined : tokens.get(idTag);
    const info = idTagInfo ?? (token && infoOf(token));
    if (info) wanted.set(foldIdTag(idTag), { idTag: token?.idTag ?? idTag, idTagInfo: info });
    else unknownTags.push(idTag);
  }
  const inOrder = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    listId: id,
    entries: inOrder.map(([, entry]) => entry),
    unknownTags,
    digest: digestOf(inOrder),
  };
}

function infoOf({ status, expiryDate, parentIdTag }: Token): ListedTagInfo {
  return {
    status,
    ...(expiryDate !== undefined && { expiryDate: writeTimestamp(expiryDate) }),
    ...(parentIdTag !== undefined && { parentIdTag }),
  };
}

function digestOf(entries: readonly (readonly [string, ListEntry])[]): string {
  const hash = createHash('sha256');
  for (const [folded, { idTagInfo }] of entries) {
    const { status, parentIdTag = '' } = idTagInfo;
    hash.update(JSON.stringify([folded, status, expiryOf(idTagInfo) ?? null, foldIdTag(parentIdTag)]));
  }
  return hash.digest('base64url').slice(0, 22);
}

/**
 * The info as it is true now: past its expiry an accepted idTag is Expired (OCPP 1.6 ed. 2 §7.2), and never
 * sent as Accepted.
 */
export function infoAt(info: ListedTagInfo, now: number): ListedTagInfo {
  const expiry = expiryOf(info);
  return info.status === 'Accepted' && expiry !== undefined && expiry <= now
    ? { ...info, status: 'Expired' }
    : info;
}

/** Whether two infos make a charge point do the same at `now` and later. */
export function sameEffect(a: ListedTagInfo, b: ListedTagInfo, now: number): boolean {
  return (
    infoAt(a, now).status === infoAt(b, now).status &&
    expiryOf(a) === expiryOf(b) &&
    foldIdTag(a.parentIdTag ?? '') === foldIdTag(b.parentIdTag ?? '')
  );
}

function expiryOf({ expiryDate }: ListedTagInfo): number | undefined {
  return expiryDate === undefined ? undefined : readTimestamp(expiryDate)?.epochMs;
}
