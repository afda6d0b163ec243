import type { Table } from '../journal/environment.ts';
import type { ChargePointFilter } from './charge-point-filter.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { WritePath } from './write-path.ts';

/** What a template wants of one configuration key. */
export interface TemplateKey {
  readonly key: string;
  readonly value: string;
  /** Only compared with what the charge point tells: nothing is sent to change it. */
  readonly expected: boolean;
}

/** The configuration that charge points of a make, a group and so on are to have. */
export interface ConfigurationTemplate {
  readonly id: string;
  /** The charge points that it is for. */
  readonly filter: ChargePointFilter;
  /** Where several templates want the same key, the highest one has it; see `inPrecedence`. */
  readonly priority: number;
  readonly keys: readonly TemplateKey[];
  readonly note?: string;
  /** Id of the API key that wrote it last. */
  readonly writtenBy: string;
  /** Epoch ms. */
  readonly writtenAt: number;
  /** Rises with each change. */
  readonly version: number;
}

export type ConfigurationTemplateInput = Omit<ConfigurationTemplate, 'version'>;

/** Templates that there may be: each pass over the fleet looks at all of them. */
export const MOST_TEMPLATES = 100;

/** Templates of configurations by their names. In `directory`. */
export interface ConfigurationTemplates {
  get(id: string): ConfigurationTemplate | undefined;
  /**
   * Creates or replaces it. `full`: there are `MOST_TEMPLATES` already. Rejects with VersionConflict where
   * what is stored is not what was expected.
   */
  put(
    template: ConfigurationTemplateInput,
    expected?: ExpectedVersion,
  ): Promise<ConfigurationTemplate | 'full'>;
  /** False where there was none. Rejects with VersionConflict as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
  /** In the order of the ids. */
  list(options: ListOptions): Page<ConfigurationTemplate>;
  /** The one that has a key where several want it comes first: the higher priority, then the first name. */
  inPrecedence(): readonly ConfigurationTemplate[];
}

export class ConfigurationTemplateTable implements ConfigurationTemplates {
  private readonly path: WritePath;
  private readonly table: Table<ConfigurationTemplate>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('configuration-templates');
  }

  get(id: string): ConfigurationTemplate | undefined {
    return this.table.get(textKey(id));
  }

  put(
    input: ConfigurationTemplateInput,
    expected?: ExpectedVersion,
  ): Promise<ConfigurationTemplate | 'full'> {
    return this.path.transact(() => {
      const before = this.get(input.id);
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: MOST_TEMPLATES }) >= MOST_TEMPLATES) return 'full';
      const template = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.id), template);
      return template;
    });
  }

  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const template = this.get(id);
      if (!template) return false;
      requireVersion(template, expected);
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<ConfigurationTemplate> {
    return listPage(this.table, options, {
      key: ({ id }) => id,
      searched: ({ id, note }) => [id, note],
    });
  }

  inPrecedence(): readonly ConfigurationTemplate[] {
    const { items } = this.list({ limit: MOST_TEMPLATES });
    // The sort is stable: those of one priority stay in the order of their names.
    return items.toSorted((one, other) => other.priority - one.priority);
  }
}
