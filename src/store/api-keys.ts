import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { Scope } from './sight.ts';

/** What the holder of an API key may do: look; also send commands and change settings; also manage keys. */
export type Role = 'viewer' | 'operator' | 'admin';

/** An API key, of which only the hash is kept. */
export interface ApiKeyRecord {
  readonly id: string;
  /** Absent in keys from before there were roles: those may do everything. */
  readonly role?: Role;
  /** Absent: every charge point. */
  readonly scope?: Scope;
  readonly note?: string;
  /** Id of the key that created this one. */
  readonly createdBy?: string;
  /** SHA-256 of the key, hexadecimal: keys are random and long. */
  readonly sha256: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms from which on it is refused; absent: never. */
  readonly expiresAt?: number;
  /** Epoch ms, to about a minute; absent: never. */
  readonly lastUsedAt?: number;
  /** Rises with each change. */
  readonly version: number;
}

export type ApiKeyInput = Omit<ApiKeyRecord, 'version'>;

/** Counts what is put and removed. */
const CHANGES = 'api-key-changes';

/** Who may use the API. In `directory`. */
export interface ApiKeys {
  /** Rises whenever a key is put or removed, by whichever process. One read. */
  changes(): number;
  /** One read. */
  get(id: string): ApiKeyRecord | undefined;
  put(key: ApiKeyInput): Promise<ApiKeyRecord>;
  /** Undefined where there is a key of this id already. */
  create(key: ApiKeyInput): Promise<ApiKeyRecord | undefined>;
  /**
   * Says when keys were used last, epoch ms by id; those that are gone stay so. Leaves versions as they are.
   */
  used(uses: ReadonlyMap<string, number>): Promise<void>;
  /** False where there was none. */
  remove(id: string): Promise<boolean>;
  /** In the order of the ids. */
  list(options: ListOptions): Page<ApiKeyRecord>;
}

export class ApiKeyTable implements ApiKeys {
  private readonly path: DirectoryPath;
  private readonly table: Table<ApiKeyRecord>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('api-keys');
  }

  changes(): number {
    return this.path.counted(CHANGES);
  }

  get(id: string): ApiKeyRecord | undefined {
    return this.table.get(textKey(id));
  }

  put(input: ApiKeyInput): Promise<ApiKeyRecord> {
    return this.path.transact(() => this.write(input));
  }

  create(input: ApiKeyInput): Promise<ApiKeyRecord | undefined> {
    return this.path.transact(() => (this.get(input.id) ? undefined : this.write(input)));
  }

  used(uses: ReadonlyMap<string, number>): Promise<void> {
    return this.path.transact(() => {
      for (const [id, lastUsedAt] of uses) {
        const key = this.get(id);
        if (key) this.table.put(textKey(id), { ...key, lastUsedAt });
      }
    });
  }

  remove(id: string): Promise<boolean> {
    return this.path.transact(() => {
      this.path.count(CHANGES);
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<ApiKeyRecord> {
    return listPage(this.table, options, { key: ({ id }) => id, searched: ({ id, note }) => [id, note] });
  }

  private write(input: ApiKeyInput): ApiKeyRecord {
    const key = { ...input, version: this.path.nextVersion() };
    this.path.count(CHANGES);
    this.table.put(textKey(input.id), key);
    return key;
  }
}
