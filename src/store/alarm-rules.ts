import type { Table } from '../journal/environment.ts';
import type { AlarmRuleInput, AlarmRuleRecord } from './alarm-rule-record.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { Sealing } from './sealing.ts';
import type { WritePath } from './write-path.ts';

/** When whom to tell of what. In `directory`. */
export interface AlarmRules {
  get(id: string): AlarmRuleRecord | undefined;
  /** In the order of the ids; there are few. */
  all(): AlarmRuleRecord[];
  list(options: ListOptions): Page<AlarmRuleRecord>;
  /** What its webhooks are signed with; undefined where they are not. */
  secretOf(id: string): string | undefined;
  /**
   * Creates or replaces it. `full`: there are `most` already. Rejects with VersionConflict where what is
   * stored is not what was expected.
   */
  put(rule: AlarmRuleInput, most: number, expected?: ExpectedVersion): Promise<AlarmRuleRecord | 'full'>;
  /** False where there was none. Rejects with VersionConflict as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
}

interface KeptRule extends AlarmRuleRecord {
  readonly sealedSecret?: Uint8Array;
}

export class AlarmRuleTable implements AlarmRules {
  private readonly path: WritePath;
  private readonly sealing: Sealing;
  private readonly table: Table<KeptRule>;

  constructor(path: WritePath, sealing: Sealing) {
    this.path = path;
    this.sealing = sealing;
    this.table = path.environment.records('alarm-rules');
  }

  get(id: string): AlarmRuleRecord | undefined {
    const kept = this.table.get(textKey(id));
    return kept && withoutSecret(kept);
  }

  all(): AlarmRuleRecord[] {
    return Array.from(this.table.getRange({}), ({ value }) => withoutSecret(value));
  }

  list(options: ListOptions): Page<AlarmRuleRecord> {
    const { items, ...rest } = listPage(this.table, options, { key: ({ id }) => id, searched: () => [] });
    return { ...rest, items: items.map(withoutSecret) };
  }

  secretOf(id: string): string | undefined {
    const sealed = this.table.get(textKey(id))?.sealedSecret;
    return sealed && (this.sealing.open(sealed) as string);
  }

  put(input: AlarmRuleInput, most: number, expected?: ExpectedVersion): Promise<AlarmRuleRecord | 'full'> {
    return this.path.transact(() => {
      const before = this.table.get(textKey(input.id));
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: most }) >= most) return 'full';
      const { webhook, ...rule } = input;
      const sealedSecret = webhook && this.sealed(webhook.secret, before);
      const kept: KeptRule = {
        ...rule,
        ...(webhook && { webhook: { url: webhook.url, hasSecret: sealedSecret !== undefined } }),
        ...(sealedSecret && { sealedSecret }),
        version: this.path.nextVersion(),
      };
      this.table.put(textKey(rule.id), kept);
      return withoutSecret(kept);
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

  /** Null takes the secret away. */
  private sealed(secret: string | null | undefined, before: KeptRule | undefined): Uint8Array | undefined {
    if (secret === null) return undefined;
    return secret === undefined ? before?.sealedSecret : this.sealing.seal(secret);
  }
}

function withoutSecret({ sealedSecret: _, ...rule }: KeptRule): AlarmRuleRecord {
  return rule;
}
