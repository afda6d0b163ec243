import type { Table } from '../journal/environment.ts';
import type { ChargePointSettings, ChargePointSettingsInput } from './charge-point-settings.ts';
import type { DirectoryPath } from './directory-path.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';

/** What operators set, per charge point. In `directory`. */
export interface SettingsOfChargePoints {
  /** One read. */
  get(id: string): ChargePointSettings | undefined;
  put(settings: ChargePointSettingsInput): Promise<ChargePointSettings>;
  /** False where there were none. */
  remove(id: string): Promise<boolean>;
  /** In the order of the ids; `search` looks at id, group and note. */
  list(options: ListOptions): Page<ChargePointSettings>;
}

export class SettingsTable implements SettingsOfChargePoints {
  private readonly path: DirectoryPath;
  private readonly table: Table<ChargePointSettings>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('charge-point-settings');
  }

  get(id: string): ChargePointSettings | undefined {
    return this.table.get(textKey(id));
  }

  put(input: ChargePointSettingsInput): Promise<ChargePointSettings> {
    return this.path.transact(() => {
      const settings = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.id), settings);
      return settings;
    });
  }

  remove(id: string): Promise<boolean> {
    return this.path.transact(() => this.table.removeSync(textKey(id)));
  }

  list(options: ListOptions): Page<ChargePointSettings> {
    return listPage(this.table, options, {
      key: ({ id }) => id,
      searched: ({ id, group, note }) => [id, group, note],
    });
  }
}
