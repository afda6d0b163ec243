import type { Table } from '../journal/environment.ts';
import { redactUrls } from '../telemetry/redaction.ts';
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

/** A webhook as it is used. */
export interface Webhook {
  readonly url: string;
  /** What messages are signed with. */
  readonly secret?: string;
}

/** `webhook` shows what may be seen of the one that is sealed. */
interface KeptRule extends AlarmRuleRecord {
  readonly sealedWebhook?: Uint8Array;
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

  webhookOf(id: string): Webhook | undefined {
    const kept = this.table.get(textKey(id));
    return kept && this.opened(kept);
  }

  put(input: AlarmRuleInput, most: number, expected?: ExpectedVersion): Promise<AlarmRuleRecord | 'full'> {
    return this.path.transact(() => {
      const before = this.table.get(textKey(input.id));
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: most }) >= most) return 'full';
      const { webhook: given, ...rule } = input;
      const webhook = given && this.completed(given, before);
      const kept: KeptRule = {
        ...rule,
        ...(webhook && {
          webhook: { url: redactUrls(webhook.url), hasSecret: webhook.secret !== undefined },
          sealedWebhook: this.sealing.seal(webhook),
        }),
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

  /** What is not said anew is as before; a secret that is null is taken away. */
  private completed(
    { url, secret }: NonNullable<AlarmRuleInput['webhook']>,
    before: KeptRule | undefined,
  ): Webhook {
    const former = before && this.opened(before);
    const signedWith = secret === undefined ? former?.secret : (secret ?? undefined);
    return {
      url: former && url === before?.webhook?.url ? former.url : url,
      ...(signedWith !== undefined && { secret: signedWith }),
    };
  }

  private opened({ sealedWebhook }: KeptRule): Webhook | undefined {
    return sealedWebhook && (this.sealing.open(sealedWebhook) as Webhook);
  }
}

function withoutSecret({ sealedWebhook: _, ...rule }: KeptRule): AlarmRuleRecord {
  return rule;
}
