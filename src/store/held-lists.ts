import type { Table } from '../journal/environment.ts';
import { foldIdTag } from '../protocol/id-tag.ts';
import type { HeldListRecord, SentEntry, SentList } from './held-list-record.ts';
import { allOf, keyOf, textKey } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/**
 * What charge points hold of local authorization lists, as far as Farad knows (OCPP 1.6 ed. 2 §5.10, §5.15).
 * In `state`. Only an accepted list counts; one whose answer was lost is kept aside until the charge point
 * reports its version (obligation H8).
 */
export interface HeldLists {
  /** One read. */
  get(chargePointId: string): HeldListRecord | undefined;
  /** The entries on record by folded idTag; only of use where `entriesKnown`. */
  entriesOf(chargePointId: string): Map<string, SentEntry>;
  /** A SendLocalList is about to be sent. */
  sent(chargePointId: string, list: SentList): Promise<void>;
  /** It was answered with a status, or with a CALLERROR that has `status` as its code. */
  answered(chargePointId: string, list: SentList, status: string, at: number): Promise<HeldListRecord>;
  /** The connection ended before the SendLocalList left. */
  notSent(chargePointId: string): Promise<void>;
  /** The charge point told the version of its list: -1 = it has none, 0 = it is empty (§5.10). */
  told(chargePointId: string, listVersion: number, at: number): Promise<HeldListRecord>;
}

/** Entries that were sent together, as `[idTag, info or null for deleted]`. */
type Piece = readonly (readonly [idTag: string, info: SentEntry['idTagInfo'] | null])[];

/** Where the entries of a list are kept whose answer is not known. */
const PENDING = -1;

/** Words by which charge points say that they have no local list. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['NotSupported', 'NotImplemented']);

export class HeldListTable implements HeldLists {
  private readonly path: StatePath;
  private readonly table: Table<HeldListRecord>;
  /**
   * The entries, in the pieces in which they were accepted: one to which little is added costs little to
   * change. Small ones are merged, so that there are never more than the logarithm of the list's length.
   */
  private readonly pieces: Table<Piece>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('held-local-lists');
    this.pieces = path.records('local-list-pieces');
  }

  get(chargePointId: string): HeldListRecord | undefined {
    return this.table.get(textKey(chargePointId));
  }

  entriesOf(chargePointId: string): Map<string, SentEntry> {
    const entries = new Map<string, SentEntry>();
    const { pieces } = this.recordOf(chargePointId);
    for (let index = 0; index < pieces; index++) {
      for (const [idTag, idTagInfo] of this.piece(chargePointId, index)) {
        if (idTagInfo) entries.set(foldIdTag(idTag), { idTag, idTagInfo });
        else entries.delete(foldIdTag(idTag));
      }
    }
    return entries;
  }

  async sent(chargePointId: string, list: SentList): Promise<void> {
    await this.path.transact(chargePointId, () => {
      const held = this.recordOf(chargePointId);
      // Whatever becomes of this one, an earlier one may have been applied before it.
      const entriesKnown = held.entriesKnown && held.pending === null;
      this.pieces.put(keyOf(chargePointId, PENDING), toPiece(list.entries));
      const { listVersion, updateType, sentAt } = list;
      this.write({ ...held, entriesKnown, pending: { listVersion, updateType, sentAt } });
    });
  }

  answered(chargePointId: string, list: SentList, status: string, at: number): Promise<HeldListRecord> {
    return this.path.transact(chargePointId, () => {
      const { listVersion, updateType, sentAt } = list;
      const lastAnswer = { listVersion, updateType, sentAt, status, at };
      const held = { ...this.recordOf(chargePointId), pending: null, lastAnswer };
      this.pieces.remove(keyOf(chargePointId, PENDING));
      if (status === 'Accepted') {
        return this.write(this.apply({ ...held, supported: true, acceptedAt: at }, list, list.entries));
      }
      return this.write(UNSUPPORTED.has(status) ? { ...held, supported: false } : { ...held, inDoubt: true });
    });
  }

  async notSent(chargePointId: string): Promise<void> {
    await this.path.transact(chargePointId, () => {
      this.pieces.remove(keyOf(chargePointId, PENDING));
      this.write({ ...this.recordOf(chargePointId), pending: null });
    });
  }

  told(chargePointId: string, listVersion: number, at: number): Promise<HeldListRecord> {
    return this.path.transact(chargePointId, () => {
      const held = { ...this.recordOf(chargePointId), toldAt: at, supported: listVersion >= 0 };
      const { pending } = held;
      const settled = { ...held, pending: null, inDoubt: false };
      if (listVersion <= 0) {
        this.removePieces(chargePointId);
        return this.write({
          ...settled,
          listVersion: Math.max(0, listVersion),
          entriesKnown: true,
          pieces: 0,
        });
      }
      if (pending?.listVersion === listVersion && held.listVersion !== listVersion) {
        const entries = this.piece(chargePointId, PENDING).map(toEntry);
        this.pieces.remove(keyOf(chargePointId, PENDING));
        return this.write(this.apply({ ...settled, acceptedAt: at }, pending, entries));
      }
      // The same number for two lists says nothing about which one it is.
      const asRecorded = held.listVersion === listVersion && pending?.listVersion !== listVersion;
      if (asRecorded) {
        this.pieces.remove(keyOf(chargePointId, PENDING));
        return this.write(settled);
      }
      this.removePieces(chargePointId);
      return this.write({ ...settled, listVersion, entriesKnown: false, pieces: 0 });
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    this.removePieces(chargePointId);
    this.table.remove(textKey(chargePointId));
  }

  /** The record after the charge point has taken the list over. */
  private apply(
    held: HeldListRecord,
    { listVersion, updateType }: Pick<SentList, 'listVersion' | 'updateType'>,
    entries: readonly SentEntry[],
  ): HeldListRecord {
    const now = { ...held, listVersion, inDoubt: false };
    if (updateType === 'Full') {
      this.removePieces(held.chargePointId);
      const pieces = this.append(held.chargePointId, 0, toPiece(entries));
      return { ...now, entriesKnown: true, pieces };
    }
    if (!held.entriesKnown) return now;
    return { ...now, pieces: this.append(held.chargePointId, held.pieces, toPiece(entries)) };
  }

  /** Adds a piece, merged with those before it that are not much longer; returns how many there are now. */
  private append(chargePointId: string, pieces: number, added: Piece): number {
    let piece = added;
    let index = pieces;
    while (index > 0) {
      const before = this.piece(chargePointId, index - 1);
      if (before.length > 2 * piece.length) break;
      index--;
      piece = merge(before, piece, index === 0);
      this.pieces.remove(keyOf(chargePointId, index));
    }
    if (piece.length === 0) return index;
    this.pieces.put(keyOf(chargePointId, index), piece);
    return index + 1;
  }

  private piece(chargePointId: string, index: number): Piece {
    return this.pieces.get(keyOf(chargePointId, index)) ?? [];
  }

  private removePieces(chargePointId: string): void {
    for (const key of this.pieces.getKeys(allOf(chargePointId))) this.pieces.remove(key);
  }

  private recordOf(chargePointId: string): HeldListRecord {
    return this.get(chargePointId) ?? { ...UNKNOWN, chargePointId };
  }

  private write(record: HeldListRecord): HeldListRecord {
    const written = { ...record, version: versionAfter(record) };
    this.table.put(textKey(record.chargePointId), written);
    return written;
  }
}

const UNKNOWN: Omit<HeldListRecord, 'chargePointId'> = {
  listVersion: null,
  entriesKnown: false,
  inDoubt: false,
  supported: null,
  pending: null,
  lastAnswer: null,
  toldAt: null,
  acceptedAt: null,
  pieces: 0,
  version: 0,
};

function toPiece(entries: readonly SentEntry[]): Piece {
  return entries.map(({ idTag, idTagInfo }) => [idTag, idTagInfo ?? null] as const);
}

function toEntry([idTag, info]: Piece[number]): SentEntry {
  return info ? { idTag, idTagInfo: info } : { idTag };
}

/** Both pieces as one. Nothing lies below the `lowest`: what is deleted there need not be remembered. */
function merge(older: Piece, newer: Piece, lowest: boolean): Piece {
  const merged = new Map<string, Piece[number]>();
  for (const entry of [...older, ...newer]) merged.set(foldIdTag(entry[0]), entry);
  const entries = [...merged.values()];
  return lowest ? entries.filter(([, info]) => info !== null) : entries;
}
