import type { Table } from '../journal/environment.ts';
import type { AlarmRuleInput, AlarmRuleRecord } from './alarm-rule-record.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { Sealing } from './sealing.ts';
import { type KeptWebhook, keepWebhook, openWebhook, type Webhook, withoutSealed } from './webhook.ts';

/** When whom to tell of what. In `directory`. */
export interface AlarmRules {
  get(id: string): AlarmRuleRecord | undefined;
  /** In the order of the ids; there are few. */
  all(): AlarmRuleRecord[];
  list(options: ListOptions): Page<AlarmRuleRecord>;
  /** Where its messages go, with everything that nobody is shown; undefined where it has no webhook. */
  webhookOf(id: string): Webhook | undefined;
  /**
   * Creates or replaces it. `full`: there are `most` already. Rejects with VersionConflict where what is
   * stored is not what was expected.
   */
  put(rule: AlarmRuleInput, most: number, expected?: ExpectedVersion): Promise<AlarmRuleRecord | 'full'>;
  /** False where there was none. Rejects with VersionConflict as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
}

type KeptRule = AlarmRuleRecord & KeptWebhook;

export class AlarmRuleTable implements AlarmRules {
  private readonly path: DirectoryPath;
  private readonly sealing: Sealing;
  private readonly table: Table<KeptRule>;

  constructor(path: DirectoryPath, sealing: Sealing) {
    this.path = path;
    this.sealing = sealing;
    this.table = path.records('alarm-rules');
  }

  get(id: string): AlarmRuleRecord | undefined {
    const kept = this.table.get(textKey(id));
    return kept && withoutSealed(kept);
  }

  all(): AlarmRuleRecord[] {
    return Array.from(this.table.getRange({}), ({ value }) => withoutSealed(value));
  }

  list(options: ListOptions): Page<AlarmRuleRecord> {
    const { items, ...rest } = listPage(this.table, options, { key: ({ id }) => id, searched: () => [] });
    return { ...rest, items: items.map((kept) => withoutSealed(kept)) };
  }

  webhookOf(id: string): Webhook | undefined {
    const kept = this.table.get(textKey(id));
    return kept && openWebhook(kept, this.sealing);
  }

  put(input: AlarmRuleInput, most: number, expected?: ExpectedVersion): Promise<AlarmRuleRecord | 'full'> {
    return this.path.transact(() => {
      const before = this.table.get(textKey(input.id));
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: most }) >= most) return 'full';
      const { webhook, ...rule } = input;
      const kept: KeptRule = {
        ...rule,
        ...keepWebhook(webhook, before, this.sealing),
        version: this.path.nextVersion(),
      };
      this.table.put(textKey(rule.id), kept);
      return withoutSealed(kept);
    });
  }

  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const rule = this.table.get(textKey(id));
      if (!rule) return false;
      requireVersion(rule, expected);
      return this.table.removeSync(textKey(id));
    });
  }
}
