import type { HeldListRecord } from '../../store/held-list-record.ts';
import type { ListSyncRecord, LocalListHead } from '../../store/local-list-record.ts';
import type { Store } from '../../store/store.ts';
import type { ChargePointCalls } from '../charge-point-calls.ts';
import { listChanges } from './list-messages.ts';
import {
  hasConflict,
  isDoubtful,
  ListSync,
  type SyncMode,
  type SyncOutcome,
  type SyncReport,
} from './list-sync.ts';
import { type WantedList, wantedList } from './wanted-list.ts';

export interface LocalListsOptions {
  readonly store: Pick<
    Store,
    | 'localLists'
    | 'heldLists'
    | 'tokens'
    | 'settings'
    | 'configurations'
    | 'chargePoints'
    | 'sessions'
    | 'refresh'
  >;
  readonly calls: ChargePointCalls;
  /** Epoch ms. */
  readonly clock?: () => number;
}

/**
 * - `no_list`: no list is wanted at the charge point.
 * - `not_supported`: the charge point said that it has none.
 * - `in_doubt`: its version has to be asked for before more is known.
 * - `conflict`: it reported LocalListConflict since it accepted its list.
 * - `unknown`: nobody knows what it holds.
 * - `up_to_date`, `outdated`: it holds what is wanted, or something else.
 */
export type ListState =
  | 'no_list'
  | 'not_supported'
  | 'in_doubt'
  | 'conflict'
  | 'unknown'
  | 'up_to_date'
  | 'outdated';

/** Everything that is known about the local list of a charge point. */
export interface ListDescription {
  readonly state: ListState;
  readonly head: LocalListHead | undefined;
  readonly wanted: WantedList | undefined;
  readonly held: HeldListRecord | undefined;
  /** Undefined where the entries are not known. */
  readonly heldEntries: number | undefined;
  /** What a Differential would have to say; undefined where the entries are not known, or none are wanted. */
  readonly changes: { readonly changed: number; readonly deleted: number } | undefined;
  readonly conflictAt: number | undefined;
  readonly lastSync: ListSyncRecord | undefined;
  readonly isSyncing: boolean;
}

const SUCCESSES: ReadonlySet<string> = new Set<SyncOutcome>(['synced', 'up_to_date']);

export function isSuccess(outcome: string): boolean {
  return SUCCESSES.has(outcome);
}

/**
 * The local authorization lists of all charge points: what is wanted, what they hold, and how they come to
 * it.
 */
export class LocalLists {
  private readonly options: LocalListsOptions;
  private readonly clock: () => number;
  private readonly syncing = new Set<string>();

  constructor(options: LocalListsOptions) {
    this.options = options;
    this.clock = options.clock ?? Date.now;
  }

  /** The list that is wanted at a charge point. */
  headAt(chargePointId: string): LocalListHead | undefined {
    const { localLists, settings } = this.options.store;
    return localLists.wantedAt(chargePointId, settings.get(chargePointId)?.group);
  }

  wanted(listId: string): WantedList | undefined {
    const { localLists, tokens } = this.options.store;
    const list = localLists.get(listId);
    return list && wantedList(list, tokens);
  }

  /**
   * Brings a charge point up to date, by `calls`; one sync of a charge point at a time. Rejects where the
   * gateway itself failed.
   */
  async sync(
    chargePointId: string,
    mode: SyncMode,
    calls = this.options.calls,
  ): Promise<SyncReport | 'no_list' | 'already_running'> {
    const head = this.headAt(chargePointId);
    const wanted = head && this.wanted(head.id);
    if (!wanted) return 'no_list';
    if (this.syncing.has(chargePointId)) return 'already_running';
    this.syncing.add(chargePointId);
    try {
      const options = { ...this.options, calls, clock: this.clock };
      const report = await new ListSync(options, chargePointId, wanted).run(mode);
      if (report.outcome !== 'not_sent' || report.steps.length > 1)
        await this.note(chargePointId, wanted, report);
      return report;
    } finally {
      this.syncing.delete(chargePointId);
    }
  }

  describe(chargePointId: string): ListDescription {
    const { store } = this.options;
    const head = this.headAt(chargePointId);
    const wanted = head && this.wanted(head.id);
    const held = store.heldLists.get(chargePointId);
    const entries = held?.entriesKnown ? store.heldLists.entriesOf(chargePointId) : undefined;
    const changes = entries && wanted && listChanges(entries, wanted.entries, this.clock());
    const deleted = changes?.filter(({ idTagInfo }) => idTagInfo === undefined).length ?? 0;
    return {
      state: this.stateOf(chargePointId, wanted, held, changes?.length),
      head,
      wanted,
      held,
      heldEntries: entries?.size,
      changes: changes && { changed: changes.length - deleted, deleted },
      conflictAt: store.chargePoints.get(chargePointId)?.localListConflictAt,
      lastSync: store.localLists.lastSync(chargePointId),
      isSyncing: this.syncing.has(chargePointId),
    };
  }

  private stateOf(
    chargePointId: string,
    wanted: WantedList | undefined,
    held: HeldListRecord | undefined,
    changes: number | undefined,
  ): ListState {
    if (!wanted) return 'no_list';
    if (held?.supported === false) return 'not_supported';
    if (hasConflict(this.options.store, chargePointId)) return 'conflict';
    if (held && held.listVersion !== null && isDoubtful(held)) return 'in_doubt';
    if (changes === undefined || isDoubtful(held)) return 'unknown';
    return changes === 0 ? 'up_to_date' : 'outdated';
  }

  private async note(
    chargePointId: string,
    { listId, digest }: WantedList,
    { outcome, steps }: SyncReport,
  ): Promise<void> {
    const { store } = this.options;
    const before = store.localLists.lastSync(chargePointId);
    const isRepeated = before?.outcome === outcome && before.digest === digest;
    await store.localLists.noteSync({
      chargePointId,
      listId,
      digest,
      outcome,
      heldVersion: store.heldLists.get(chargePointId)?.listVersion ?? null,
      messages: steps.length,
      at: this.clock(),
      failures: isSuccess(outcome) ? 0 : isRepeated ? before.failures + 1 : 1,
    });
  }
}
