import { foldIdTag } from '../../protocol/id-tag.ts';
import type { ListOrder } from '../../protocol/orders.ts';
import type { SentEntry } from '../../store/held-list-record.ts';
import { infoAt, type ListEntry, sameEffect } from './wanted-list.ts';

/**
 * The whole list: one Full, and Differentials with rising versions for what one message does not hold
 * (obligation H6). Of no entries it is an empty Full, which clears (H3).
 */
export function fullMessages(
  entries: readonly ListEntry[],
  firstVersion: number,
  perMessage: number,
  now: number,
): ListOrder[] {
  const current = entries.map(({ idTag, idTagInfo }) => ({ idTag, idTagInfo: infoAt(idTagInfo, now) }));
  const [first = [], ...others] = chunks(current, perMessage);
  return [
    { listVersion: firstVersion, updateType: 'Full', entries: first },
    ...differentialMessages(others.flat(), firstVersion + 1, perMessage),
  ];
}

/** Changes in messages of bounded length with rising versions; none for no changes. */
export function differentialMessages(
  changes: readonly SentEntry[],
  firstVersion: number,
  perMessage: number,
): ListOrder[] {
  return chunks(changes, perMessage).map((entries, index) => ({
    listVersion: firstVersion + index,
    updateType: 'Differential',
    entries,
  }));
}

/**
 * What turns `held` into `wanted`: an entry without idTagInfo is deleted, one with it added or changed
 * (obligation H4). What is deleted comes first, so that the list is never longer than it was or is to be.
 */
export function listChanges(
  held: ReadonlyMap<string, SentEntry>,
  wanted: readonly ListEntry[],
  now: number,
): SentEntry[] {
  const wantedTags = new Set(wanted.map(({ idTag }) => foldIdTag(idTag)));
  const deleted = [...held].filter(([folded]) => !wantedTags.has(folded)).map(([, { idTag }]) => ({ idTag }));
  const changed = wanted
    .filter(({ idTag, idTagInfo }) => {
      const before = held.get(foldIdTag(idTag))?.idTagInfo;
      return before === undefined || !sameEffect(before, idTagInfo, now);
    })
    .map(({ idTag, idTagInfo }) => ({ idTag, idTagInfo: infoAt(idTagInfo, now) }));
  return [...deleted, ...changed];
}

function chunks<Item>(items: readonly Item[], length: number): Item[][] {
  const found: Item[][] = [];
  for (let start = 0; start < items.length; start += length) found.push(items.slice(start, start + length));
  return found;
}
