import type { ChargePointFilter } from './charge-point-filter.ts';
import type { DirectoryPath } from './directory-path.ts';
import { NamedRecords } from './named-records.ts';

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
export class ConfigurationTemplates extends NamedRecords<ConfigurationTemplate> {
  constructor(path: DirectoryPath) {
    super(path, 'configuration-templates', ({ id, note }) => [id, note]);
  }

  /** The one that has a key where several want it comes first: the higher priority, then the first name. */
  inPrecedence(): readonly ConfigurationTemplate[] {
    const { items } = this.list({ limit: MOST_TEMPLATES });
    // The sort is stable: those of one priority stay in the order of their names.
    return items.toSorted((one, other) => other.priority - one.priority);
  }
}
