import { createHash } from 'node:crypto';
import type { Table } from '../journal/environment.ts';
import type { Role } from './api-keys.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type { Scope } from './sight.ts';

/** A password, of which only a slow hash is kept. */
export interface StoredPassword {
  /** Argon2id, as a PHC string. */
  readonly hash: string;
  /** Epoch ms. */
  readonly setAt: number;
  /** Good for one thing only: to choose another one with it. */
  readonly isOneTime: boolean;
}

/** Somebody, as an OpenID provider tells people apart (`iss` and `sub`). */
export interface UserIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** Somebody who logs in under a name. */
export interface UserRecord {
  /** As it was written when the user was created; upper and lower case tell nobody apart. */
  readonly name: string;
  readonly displayName?: string;
  readonly role: Role;
  /** Absent: every charge point. */
  readonly scope?: Scope;
  readonly isEnabled: boolean;
  readonly password?: StoredPassword;
  /** By which an OpenID provider vouches for the user; then there is no password. */
  readonly identity?: UserIdentity;
  /** Random, and another one from the moment on at which earlier log-ins are worth nothing any more. */
  readonly credential: string;
  /** Who created it. */
  readonly createdBy: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms; absent: never. */
  readonly lastLogInAt?: number;
  /** Rises with each change, but not with a log-in. */
  readonly version: number;
}

export type UserInput = Omit<UserRecord, 'version'>;

/** People who may log in. In `directory`. */
export interface Users {
  /** By its name in any spelling; one read. */
  get(name: string): UserRecord | undefined;
  /** Two reads. */
  withIdentity(identity: UserIdentity): UserRecord | undefined;
  /** `taken`: there is one of this name or identity already; `full`: there are `most`. */
  create(user: UserInput, most: number): Promise<UserRecord | 'taken' | 'full'>;
  /**
   * Undefined where there is none of this name. `change` gets what is stored at that moment. Rejects with
   * VersionConflict where that is not what was expected.
   */
  change(
    name: string,
    change: (user: UserRecord) => UserInput,
    expected?: ExpectedVersion,
  ): Promise<UserRecord | undefined>;
  /** Says when somebody logged in last, epoch ms; one who is gone stays so. Leaves the version as it is. */
  loggedIn(name: string, at: number): Promise<void>;
  /** False where there was none. Rejects with VersionConflict as `change`. */
  remove(name: string, expected?: ExpectedVersion): Promise<boolean>;
  /** In the order of the names in small letters; `search` looks at both names. */
  list(options: ListOptions): Page<UserRecord>;
}

export class UserTable implements Users {
  private readonly path: DirectoryPath;
  private readonly table: Table<UserRecord>;
  /** Names. */
  private readonly byIdentity: Table<string>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('users');
    this.byIdentity = path.records('users-by-identity');
  }

  get(name: string): UserRecord | undefined {
    return this.table.get(keyOf(name));
  }

  withIdentity(identity: UserIdentity): UserRecord | undefined {
    const name = this.byIdentity.get(identityKey(identity));
    return name === undefined ? undefined : this.get(name);
  }

  create(user: UserInput, most: number): Promise<UserRecord | 'taken' | 'full'> {
    return this.path.transact(() => {
      if (this.get(user.name) || (user.identity && this.withIdentity(user.identity))) return 'taken';
      if (this.table.getCount({ limit: most }) >= most) return 'full';
      return this.write(user);
    });
  }

  change(
    name: string,
    change: (user: UserRecord) => UserInput,
    expected?: ExpectedVersion,
  ): Promise<UserRecord | undefined> {
    return this.path.transact(() => {
      const user = this.get(name);
      if (!user) return undefined;
      requireVersion(user, expected);
      return this.write(change(user));
    });
  }

  loggedIn(name: string, at: number): Promise<void> {
    return this.path.transact(() => {
      const user = this.get(name);
      if (user) this.table.put(keyOf(name), { ...user, lastLogInAt: at });
    });
  }

  remove(name: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const user = this.get(name);
      if (!user) return false;
      requireVersion(user, expected);
      if (user.identity) this.byIdentity.remove(identityKey(user.identity));
      return this.table.removeSync(keyOf(name));
    });
  }

  list(options: ListOptions): Page<UserRecord> {
    return listPage(this.table, options, {
      key: ({ name }) => name.toLowerCase(),
      searched: ({ name, displayName }) => [name, displayName],
    });
  }

  private write(input: UserInput): UserRecord {
    const user = { ...input, version: this.path.nextVersion() };
    this.table.put(keyOf(input.name), user);
    if (input.identity) this.byIdentity.put(identityKey(input.identity), input.name);
    return user;
  }
}

/** Subjects may be longer than a key. */
function identityKey({ issuer, subject }: UserIdentity): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest();
}

/** Names are ASCII, so that small letters are all there is to fold. */
function keyOf(name: string): Buffer {
  return textKey(name.toLowerCase());
}
