/** What a local list says about an idTag, as it goes on the wire (OCPP 1.6 ed. 2 §7.27). */
export interface ListedTagInfo {
  readonly status: 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx';
  /** RFC 3339. */
  readonly expiryDate?: string;
  readonly parentIdTag?: string;
}

/**
 * An entry of the list that operators want; without `idTagInfo` it says what the token of that idTag says.
 */
export interface WantedEntry {
  /** As it was given; compared without case. */
  readonly idTag: string;
  readonly idTagInfo?: ListedTagInfo;
}

/** Whom a list is for: one charge point, or all of a group. */
export type ListScope = { readonly chargePointId: string } | { readonly group: string };

/** A local authorization list as operators want it (OCPP 1.6 ed. 2 §3.5.2). */
export interface LocalListRecord {
  readonly id: string;
  readonly scope: ListScope;
  /**
   * `automatic`: charge points are brought up to date whenever they are not; `manual`: only when an operator
   * asks.
   */
  readonly sync: 'manual' | 'automatic';
  /** No idTag twice, in whatever spelling. */
  readonly entries: readonly WantedEntry[];
  readonly note?: string;
  /** Rises with each change. */
  readonly version: number;
}

export type LocalListInput = Omit<LocalListRecord, 'version'>;

/** A local list without its entries, which may be many. */
export interface LocalListHead extends Omit<LocalListRecord, 'entries'> {
  readonly entryCount: number;
}

/** How the last attempt to bring a charge point up to date ended. Times are epoch ms. */
export interface ListSyncRecord {
  readonly chargePointId: string;
  readonly listId: string;
  /** Of what was wanted then: equal digests are equal lists. */
  readonly digest: string;
  /** `synced` and `up_to_date` are successes. */
  readonly outcome: string;
  /** Version that the charge point held afterwards, as far as is known. */
  readonly heldVersion: number | null;
  readonly messages: number;
  readonly at: number;
  /** Attempts in a row that ended in the same failure. */
  readonly failures: number;
  /** Rises with each change. */
  readonly version: number;
}

export type ListSyncInput = Omit<ListSyncRecord, 'version'>;
