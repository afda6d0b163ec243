import type { Table } from '../journal/environment.ts';
import { redactJson } from '../telemetry/redaction.ts';
import type {
  CampaignCounts,
  CampaignInput,
  CampaignItem,
  CampaignItemChange,
  CampaignItemState,
  CampaignRecord,
  CampaignTask,
} from './campaign-record.ts';
import type { DirectoryPath } from './directory-path.ts';
import { after, allOf, keyOf, textKey } from './keys.ts';
import { MAX_VISITED, type Page } from './listing.ts';
import type { Sealing } from './sealing.ts';

/** Campaigns with the result of each charge point. In `directory`. */
export interface Campaigns {
  get(id: string): CampaignRecord | undefined;
  /** Newest first. */
  list(options: { readonly after?: string; readonly limit: number }): Page<CampaignRecord>;
  /** With the charge points that were named, for `named` to return until it is prepared. */
  create(campaign: CampaignInput, named?: readonly string[]): Promise<CampaignRecord>;
  /** The charge points that were named for a campaign that is not prepared yet. */
  named(id: string): readonly string[] | undefined;
  /** Adds charge points that are not in it yet. Give at most some hundred: they are one transaction. */
  add(id: string, chargePointIds: readonly string[]): Promise<void>;
  /**
   * Changes it in one write transaction; undefined where `change` returns that, or where there is no such
   * campaign.
   */
  change(
    id: string,
    change: (campaign: CampaignRecord) => CampaignRecord | undefined,
  ): Promise<CampaignRecord | undefined>;
  item(id: string, chargePointId: string): CampaignItem | undefined;
  /** In the order of the charge points. */
  items(
    id: string,
    options: { readonly after?: string; readonly limit: number; readonly state?: CampaignItemState },
  ): Page<CampaignItem>;
  /**
   * Changes an item together with the counts of its campaign; undefined where there is none, or where
   * `isWanted` says false, which is asked when that is decided.
   */
  changeItem(
    id: string,
    chargePointId: string,
    change: CampaignItemChange,
    isWanted?: () => boolean,
  ): Promise<CampaignItem | undefined>;
  /** Removes it with its items, in transactions of bounded length. */
  remove(id: string): Promise<void>;
}

const REMOVED_PER_TRANSACTION = 500;

const NO_ITEMS: CampaignCounts = {
  pending: 0,
  asking: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  unknown: 0,
};

/** A task with a secret is kept sealed; `task` then shows what may be seen of it. */
interface KeptCampaign extends CampaignRecord {
  readonly sealedTask?: Uint8Array;
}

export class CampaignTable implements Campaigns {
  private readonly path: DirectoryPath;
  private readonly sealing: Sealing;
  private readonly table: Table<KeptCampaign>;
  private readonly namedTable: Table<readonly string[]>;
  private readonly itemTable: Table<CampaignItem>;

  constructor(path: DirectoryPath, sealing: Sealing) {
    this.path = path;
    this.sealing = sealing;
    this.table = path.records('campaigns');
    this.namedTable = path.records('campaign-targets');
    this.itemTable = path.records('campaign-items');
  }

  get(id: string): CampaignRecord | undefined {
    const kept = this.table.get(textKey(id));
    return kept && this.opened(kept);
  }

  list({ after: last, limit }: { after?: string; limit: number }): Page<CampaignRecord> {
    const items: CampaignRecord[] = [];
    const start = last === undefined ? Buffer.of(255, 255) : textKey(last);
    for (const { value } of this.table.getRange({
      start,
      end: Buffer.of(0),
      reverse: true,
      exclusiveStart: true,
    })) {
      if (items.length === limit) return { items, next: items.at(-1)?.id ?? '' };
      items.push(this.opened(value));
    }
    return { items };
  }

  create(input: CampaignInput, named?: readonly string[]): Promise<CampaignRecord> {
    return this.path.transact(() => {
      if (named) this.namedTable.put(textKey(input.id), named);
      return this.write({ ...input, counts: NO_ITEMS, version: 0 });
    });
  }

  named(id: string): readonly string[] | undefined {
    return this.namedTable.get(textKey(id));
  }

  add(id: string, chargePointIds: readonly string[]): Promise<void> {
    return this.path.transact(() => {
      const campaign = this.get(id);
      if (!campaign) return;
      let added = 0;
      for (const chargePointId of chargePointIds) {
        if (this.item(id, chargePointId)) continue;
        this.writeItem({
          campaignId: id,
          chargePointId,
          state: 'pending',
          reason: null,
          reference: null,
          attempts: 0,
          askedAt: null,
          endedAt: null,
          answer: null,
          version: 0,
        });
        added++;
      }
      const { counts } = campaign;
      this.write({ ...campaign, counts: { ...counts, pending: counts.pending + added } });
    });
  }

  change(
    id: string,
    change: (campaign: CampaignRecord) => CampaignRecord | undefined,
  ): Promise<CampaignRecord | undefined> {
    return this.path.transact(() => {
      const campaign = this.get(id);
      const changed = campaign && change(campaign);
      if (!changed) return undefined;
      if (campaign.state === 'preparing' && changed.state !== 'preparing')
        this.namedTable.remove(textKey(id));
      return this.write(changed);
    });
  }

  item(id: string, chargePointId: string): CampaignItem | undefined {
    return this.itemTable.get(keyOf(id, chargePointId));
  }

  items(
    id: string,
    { after: last, limit, state }: { after?: string; limit: number; state?: CampaignItemState },
  ): Page<CampaignItem> {
    const { start, end } = allOf(id);
    const items: CampaignItem[] = [];
    let visited = 0;
    let seen: string | undefined;
    const from = last === undefined ? start : after(keyOf(id, last));
    for (const { value } of this.itemTable.getRange({ start: from, end })) {
      if (items.length === limit || visited === MAX_VISITED)
        return { items, ...(seen !== undefined && { next: seen }) };
      visited++;
      seen = value.chargePointId;
      if (state === undefined || value.state === state) items.push(value);
    }
    return { items };
  }

  changeItem(
    id: string,
    chargePointId: string,
    change: CampaignItemChange,
    isWanted = () => true,
  ): Promise<CampaignItem | undefined> {
    return this.path.transact(() => {
      const campaign = this.get(id);
      const item = this.item(id, chargePointId);
      if (!campaign || !item || !isWanted()) return undefined;
      const changed = this.writeItem({ ...item, ...change });
      if (changed.state !== item.state) {
        const counts: Record<CampaignItemState, number> = { ...campaign.counts };
        counts[item.state]--;
        counts[changed.state]++;
        this.write({ ...campaign, counts });
      }
      return changed;
    });
  }

  async remove(id: string): Promise<void> {
    await this.path.transact(() => {
      this.table.remove(textKey(id));
      this.namedTable.remove(textKey(id));
    });
    const removeSome = (): number => {
      const keys = Array.from(this.itemTable.getKeys({ ...allOf(id), limit: REMOVED_PER_TRANSACTION }));
      for (const key of keys) this.itemTable.remove(key);
      return keys.length;
    };
    while ((await this.path.transact(removeSome)) === REMOVED_PER_TRANSACTION);
  }

  private write(campaign: CampaignRecord): CampaignRecord {
    const record = { ...campaign, version: this.path.nextVersion() };
    this.table.put(textKey(campaign.id), this.kept(record));
    return record;
  }

  /** Once nobody new is asked, the secret has no use any more. */
  private kept(record: CampaignRecord): KeptCampaign {
    const shown = redactJson(record.task) as CampaignTask;
    if (shown === record.task) return record;
    const isOver = record.state === 'finished' || record.state === 'aborted';
    return { ...record, task: shown, ...(!isOver && { sealedTask: this.sealing.seal(record.task) }) };
  }

  private opened({ sealedTask, ...record }: KeptCampaign): CampaignRecord {
    return sealedTask ? { ...record, task: this.sealing.open(sealedTask) as CampaignTask } : record;
  }

  private writeItem(item: CampaignItem): CampaignItem {
    const record = { ...item, version: this.path.nextVersion() };
    this.itemTable.put(keyOf(item.campaignId, item.chargePointId), record);
    return record;
  }
}
