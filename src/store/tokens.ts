import { sizeOf, type Table } from '../journal/environment.ts';
import { foldIdTag } from '../protocol/id-tag.ts';
import { DecodedRecords } from './decoded-records.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { Token, TokenInput } from './token.ts';

/** Tokens by idTag in any spelling. In `directory`. */
export interface Tokens {
  /** One read, or none while the token is at hand and no token has changed. */
  get(idTag: string): Token | undefined;
  /** Rejects with VersionConflict where what is stored is not what was expected. */
  put(token: TokenInput, expected?: ExpectedVersion): Promise<Token>;
  /** False where there was none. Rejects as `put`. */
  remove(idTag: string, expected?: ExpectedVersion): Promise<boolean>;
  /**
   * In write transactions of at most 500; returns how many were stored. What was stored before a failure
   * stays.
   */
  importMany(tokens: Iterable<TokenInput> | AsyncIterable<TokenInput>): Promise<number>;
  /** In the order of the folded idTag; `search` looks at idTag, parent and note. */
  list(options: ListOptions): Page<Token>;
  /** O(1). */
  count(): number;
}

const IMPORTED_PER_TRANSACTION = 500;

/** Tags that are presented often stay decoded, per spelling; some 300 bytes each. */
const KEPT_DECODED = 8192;

/** Goes up with every write transaction that changes tokens. */
const CHANGES = 'token-changes';

export class TokenTable implements Tokens {
  private readonly path: DirectoryPath;
  private readonly table: Table<Token>;
  private readonly decoded: DecodedRecords<Token>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('tokens');
    const { environment } = path;
    this.decoded = new DecodedRecords(this.table, KEPT_DECODED, tokenKey, {
      get reading() {
        return environment.reading;
      },
      get changes() {
        return path.counted(CHANGES);
      },
    });
  }

  get(idTag: string): Token | undefined {
    return this.decoded.get(idTag);
  }

  put(token: TokenInput, expected?: ExpectedVersion): Promise<Token> {
    return this.path.transact(() => {
      requireVersion(this.table.get(tokenKey(token.idTag)), expected);
      this.path.count(CHANGES);
      return this.write(token, this.path.nextVersion());
    });
  }

  remove(idTag: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const known = this.table.get(tokenKey(idTag));
      if (!known) return false;
      requireVersion(known, expected);
      this.path.count(CHANGES);
      return this.table.removeSync(tokenKey(idTag));
    });
  }

  async importMany(tokens: Iterable<TokenInput> | AsyncIterable<TokenInput>): Promise<number> {
    let stored = 0;
    let chunk: TokenInput[] = [];
    const store = async () => {
      await this.path.transact(() => {
        this.path.count(CHANGES);
        let version = this.path.nextVersions(chunk.length);
        for (const token of chunk) this.write(token, version++);
      });
      stored += chunk.length;
      chunk = [];
    };
    for await (const token of tokens) {
      chunk.push(token);
      if (chunk.length === IMPORTED_PER_TRANSACTION) await store();
    }
    if (chunk.length > 0) await store();
    return stored;
  }

  list(options: ListOptions): Page<Token> {
    const { prefix, after } = options;
    return listPage(
      this.table,
      {
        ...options,
        ...(prefix !== undefined && { prefix: foldIdTag(prefix) }),
        ...(after !== undefined && { after: foldIdTag(after) }),
      },
      {
        key: ({ idTag }) => foldIdTag(idTag),
        searched: ({ idTag, parentIdTag, note }) => [idTag, parentIdTag, note],
      },
    );
  }

  count(): number {
    return sizeOf(this.table).entries;
  }

  private write(input: TokenInput, version: number): Token {
    const token = { ...input, version };
    this.table.put(tokenKey(input.idTag), token);
    return token;
  }
}

function tokenKey(idTag: string): Buffer {
  return textKey(foldIdTag(idTag));
}
