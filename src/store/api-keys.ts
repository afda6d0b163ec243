import type { Table } from '../journal/environment.ts';
import { textKey } from './keys.ts';
import type { WritePath } from './write-path.ts';

/** An API key, of which only the hash is kept. */
export interface ApiKeyRecord {
  readonly id: string;
  /** SHA-256 of the key, hexadecimal: keys are random and long. */
  readonly sha256: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Rises with each change. */
  readonly version: number;
}

export type ApiKeyInput = Omit<ApiKeyRecord, 'version'>;

/** Who may use the API. In `directory`. */
export interface ApiKeys {
  /** One read. */
  get(id: string): ApiKeyRecord | undefined;
  put(key: ApiKeyInput): Promise<ApiKeyRecord>;
}

export class ApiKeyTable implements ApiKeys {
  private readonly path: WritePath;
  private readonly table: Table<ApiKeyRecord>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('api-keys');
  }

  get(id: string): ApiKeyRecord | undefined {
    return this.table.get(textKey(id));
  }

  put(input: ApiKeyInput): Promise<ApiKeyRecord> {
    return this.path.transact(() => {
      const key = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.id), key);
      return key;
    });
  }
}
