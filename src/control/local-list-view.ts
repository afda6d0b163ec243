import type { ListDescription } from '../operations/local-lists/local-lists.ts';
import { foldIdTag } from '../protocol/id-tag.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { HeldListRecord } from '../store/held-list-record.ts';
import type {
  ListedTagInfo,
  ListScope,
  LocalListHead,
  LocalListInput,
  LocalListRecord,
  WantedEntry,
} from '../store/local-list-record.ts';
import { instant } from './instant.ts';
import { unfit } from './unfit.ts';
import { readInstant } from './validation.ts';

/** A local list as clients write it, already checked (`#/components/schemas/LocalListUpdate`). */
export interface LocalListBody {
  readonly scope: ListScope;
  readonly sync?: 'manual' | 'automatic';
  readonly note?: string | null;
  readonly entries: readonly WantedEntry[];
}

/** Tags without token that are shown beside a charge point's list. */
const UNKNOWN_TAGS_SHOWN = 100;

/**
 * A local list for the store. Throws `invalid_body` where an idTag comes twice: charge points refuse such a
 * list (OCPP 1.6 ed. 2 §6.41).
 */
export function readLocalList(id: string, { scope, sync, note, entries }: LocalListBody): LocalListInput {
  const places = new Map<string, number>();
  for (const [index, { idTag }] of entries.entries()) {
    const before = places.get(foldIdTag(idTag));
    if (before !== undefined) throw duplicate(index, before);
    places.set(foldIdTag(idTag), index);
  }
  return {
    id,
    scope,
    sync: sync ?? 'manual',
    ...(typeof note === 'string' && { note }),
    entries: entries.map(readEntry),
  };
}

function duplicate(index: number, before: number) {
  return unfit(
    `/entries/${index}/idTag`,
    `is the same as in entry ${before}: upper and lower case make no difference`,
  );
}

function readEntry({ idTag, idTagInfo }: WantedEntry): WantedEntry {
  if (!idTagInfo) return { idTag };
  const expiry = idTagInfo.expiryDate === undefined ? undefined : readInstant(idTagInfo.expiryDate);
  const info: ListedTagInfo = {
    ...idTagInfo,
    ...(expiry !== undefined && { expiryDate: writeTimestamp(expiry) }),
  };
  return { idTag, idTagInfo: info };
}

/** `#/components/schemas/LocalList` */
export function viewLocalList({ entries, ...head }: LocalListRecord, unknownTags: readonly string[]) {
  return { ...viewShared(head), entries, unknownTags };
}

/** `#/components/schemas/LocalListHead` */
export function viewLocalListHead(head: LocalListHead) {
  return { ...viewShared(head), entryCount: head.entryCount };
}

function viewShared({ id, scope, sync, note, version }: Omit<LocalListHead, 'entryCount'>) {
  return { id, scope, sync, note: note ?? null, version };
}

/** `#/components/schemas/LocalListAtChargePoint` */
export function viewListAtChargePoint(chargePointId: string, description: ListDescription) {
  const { state, head, wanted, held, heldEntries, changes, conflictAt, lastSync, isSyncing } = description;
  return {
    chargePointId,
    state,
    list: head ? viewLocalListHead(head) : null,
    unknownTags: wanted?.unknownTags.slice(0, UNKNOWN_TAGS_SHOWN) ?? [],
    held: held ? viewHeld(held, heldEntries) : null,
    changes: changes ?? null,
    conflictAt: instant(conflictAt),
    lastSync: lastSync
      ? {
          outcome: lastSync.outcome,
          messages: lastSync.messages,
          at: writeTimestamp(lastSync.at),
          failures: lastSync.failures,
        }
      : null,
    syncing: isSyncing,
  };
}

function viewHeld(held: HeldListRecord, entryCount: number | undefined) {
  const { pending, lastAnswer } = held;
  return {
    listVersion: held.listVersion,
    entriesKnown: held.entriesKnown,
    entryCount: entryCount ?? null,
    supported: held.supported,
    inDoubt: held.inDoubt || pending !== null,
    acceptedAt: instant(held.acceptedAt),
    toldAt: instant(held.toldAt),
    pending: pending ? viewSent(pending) : null,
    lastAnswer: lastAnswer
      ? { ...viewSent(lastAnswer), status: lastAnswer.status, at: writeTimestamp(lastAnswer.at) }
      : null,
  };
}

function viewSent({ listVersion, updateType, sentAt }: NonNullable<HeldListRecord['pending']>) {
  return { listVersion, updateType, sentAt: writeTimestamp(sentAt) };
}
