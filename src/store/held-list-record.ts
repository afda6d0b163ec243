import type { ListedTagInfo } from './local-list-record.ts';

/**
 * What one SendLocalList says about an idTag: with info it is added or changed, without it is deleted
 * (OCPP 1.6 ed. 2 §7.1).
 */
export interface SentEntry {
  readonly idTag: string;
  readonly idTagInfo?: ListedTagInfo;
}

/** A SendLocalList (OCPP 1.6 ed. 2 §6.41). */
export interface SentList {
  readonly listVersion: number;
  readonly updateType: 'Full' | 'Differential';
  readonly entries: readonly SentEntry[];
  /** Epoch ms. */
  readonly sentAt: number;
}

/** What is known of the list that a charge point holds. Times are epoch ms. */
export interface HeldListRecord {
  readonly chargePointId: string;
  /** As last accepted or told; null while nothing is known. 0 = empty. */
  readonly listVersion: number | null;
  /** Whether the entries that Farad has on record are those that the charge point holds. */
  readonly entriesKnown: boolean;
  /** Something happened since that may have changed the list: the version must be asked for. */
  readonly inDoubt: boolean;
  /** False where the charge point said that it has no local list; null while it said nothing about it. */
  readonly supported: boolean | null;
  /** A SendLocalList whose answer is not known. */
  readonly pending: Omit<SentList, 'entries'> | null;
  /** The last SendLocalList that was answered, and with what. */
  readonly lastAnswer: (Omit<SentList, 'entries'> & { readonly status: string; readonly at: number }) | null;
  /** When it last told its version. */
  readonly toldAt: number | null;
  readonly acceptedAt: number | null;
  /** How many pieces its entries are kept in. */
  readonly pieces: number;
  /** Rises with each change. */
  readonly version: number;
}
