import { randomBytes } from 'node:crypto';
import type { ExpectedVersion } from '../store/expected-version.ts';
import type { Scope } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import type { StoredPassword, UserInput, UserRecord } from '../store/users.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { apiError, tooManyAttempts } from './errors.ts';
import type { Vouched } from './oidc/claims.ts';
import { oneTimePassword, type Passwords, requireStrength } from './passwords.ts';

/** Users that there may be. */
export const MOST_USERS = 5000;
/** Wrong passwords for one name within a minute, from wherever they come. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
/** Pairs of name and address remembered; beyond that, those go that were not used for longest. */
const MAX_KNOWN = 10_000;
/** How long a one-time password is good for, ms. */
const ONE_TIME_FOR_MS = 7 * 86_400_000;
const CREDENTIAL_BYTES = 16;

/** What admins say of a user. */
export interface UserBody {
  readonly displayName: string | null;
  readonly role: UserRecord['role'];
  readonly scope: Scope | null;
  readonly enabled: boolean;
}

/** A user with a new password; what Farad made up is shown this once. */
export interface WithPassword {
  readonly user: UserRecord;
  readonly oneTimePassword: string | null;
}

/** People who log in by name and password: what they are changed to, and who of them somebody is. */
export class UserAccounts {
  private readonly store: Pick<Store, 'users'>;
  private readonly passwords: Passwords;
  private readonly now: () => number;
  private readonly limit: AttemptLimit;
  /** Where names were logged in from. */
  private readonly known = new Set<string>();

  constructor(store: Pick<Store, 'users'>, passwords: Passwords, now: () => number = Date.now) {
    this.store = store;
    this.passwords = passwords;
    this.now = now;
    this.limit = new AttemptLimit(MAX_FAILURES, WINDOW_MS, now);
  }

  /**
   * Who this is; undefined where there is nobody of this name, the password is wrong or over, or the user is
   * disabled: all of these take the same time. Throws `too_many_attempts` once a name was guessed at too
   * often, but not for the address of an earlier log-in; and `busy`.
   */
  async recognise(name: string, password: string, address: string): Promise<UserRecord | undefined> {
    const folded = name.toLowerCase();
    const use = `${folded} ${address}`;
    if (!this.known.has(use)) {
      const waitMs = this.limit.waitOf(folded);
      if (waitMs > 0) throw tooManyAttempts(waitMs);
    }
    this.limit.begin(folded);
    const user = this.store.users.get(name);
    const isRight = await this.passwords.verify(user?.password?.hash, password);
    if (!isRight || !user?.isEnabled || this.isOver(user.password)) return undefined;
    this.limit.succeeded(folded);
    this.remember(use);
    return user;
  }

  /** Throws `user_exists`, `too_many_users`, `weak_password`, `busy`. */
  async create(
    { displayName, scope, enabled, ...body }: UserBody & { readonly name: string },
    chosen: string | undefined,
    createdBy: string,
  ): Promise<WithPassword> {
    const { name } = body;
    if (this.store.users.get(name)) throw apiError('user_exists', { name });
    const made = await this.newPassword([name, displayName ?? undefined], chosen, true);
    const created = await this.store.users.create(
      {
        ...body,
        ...(displayName !== null && { displayName }),
        ...(scope && { scope }),
        isEnabled: enabled,
        password: made.password,
        credential: newCredential(),
        createdBy,
        createdAt: this.now(),
      },
      MOST_USERS,
    );
    if (created === 'taken') throw apiError('user_exists', { name });
    if (created === 'full') throw apiError('too_many_users', { most: MOST_USERS });
    return { user: created, oneTimePassword: made.oneTimePassword };
  }

  /** Log-ins of one who is disabled are over for good. Undefined where there is no such user. */
  change(
    name: string,
    { displayName, role, scope, enabled }: UserBody,
    expected: ExpectedVersion | undefined,
  ): Promise<UserRecord | undefined> {
    return this.store.users.change(
      name,
      ({ displayName: _, scope: _of, ...user }) => ({
        ...user,
        ...(displayName !== null && { displayName }),
        ...(scope && { scope }),
        role,
        isEnabled: enabled,
        ...(!enabled && { credential: newCredential() }),
      }),
      expected,
    );
  }

  /**
   * Gives a user a password that an admin chose, or a new one-time password, and ends the user's log-ins.
   * Undefined where there is no such user. Throws `weak_password`, `busy`, VersionConflict.
   */
  async setPassword(
    name: string,
    chosen: string | undefined,
    isOneTime: boolean,
    expected: ExpectedVersion | undefined,
  ): Promise<WithPassword | undefined> {
    const user = this.store.users.get(name);
    if (!user) return undefined;
    if (user.identity) throw apiError('user_of_provider', { name });
    const made = await this.newPassword([user.name, user.displayName], chosen, isOneTime);
    const changed = await this.store.users.change(name, withPassword(made.password), expected);
    return changed && { user: changed, oneTimePassword: made.oneTimePassword };
  }

  /** The same for somebody who has shown the present one: all of the user's log-ins end. */
  async choosePassword(user: UserRecord, chosen: string): Promise<UserRecord | undefined> {
    const { password } = await this.newPassword([user.name, user.displayName], chosen, false);
    return this.store.users.change(user.name, withPassword(password), user.version);
  }

  /**
   * The user for whom an OpenID provider vouches, with the role and the scope that it gives by now; created
   * at the first time. A name that somebody else has, whoever gave it, stays theirs.
   */
  async vouchedFor(
    vouched: Vouched,
  ): Promise<UserRecord | 'name_taken' | 'user_disabled' | 'too_many_users'> {
    const { issuer, subject, name, displayName, role, scope } = vouched;
    const identity = { issuer, subject };
    const known = this.store.users.withIdentity(identity);
    const given = { role, ...(displayName !== undefined && { displayName }), ...(scope && { scope }) };
    if (known) {
      if (!known.isEnabled) return 'user_disabled';
      if (isAsGiven(known, given)) return known;
      const changed = await this.store.users.change(
        known.name,
        ({ displayName: _, scope: _of, ...user }) => ({ ...user, ...given }),
      );
      return changed?.isEnabled ? changed : 'user_disabled';
    }
    const created = await this.store.users.create(
      {
        ...given,
        name,
        identity,
        isEnabled: true,
        credential: newCredential(),
        createdBy: '',
        createdAt: this.now(),
      },
      MOST_USERS,
    );
    // Who comes in twice at once is the same one.
    if (created === 'taken')
      return this.store.users.withIdentity(identity) ? this.vouchedFor(vouched) : 'name_taken';
    return created === 'full' ? 'too_many_users' : created;
  }

  private async newPassword(
    names: readonly (string | undefined)[],
    chosen: string | undefined,
    isOneTime: boolean,
  ): Promise<{ readonly password: StoredPassword; readonly oneTimePassword: string | null }> {
    if (chosen !== undefined) requireStrength(chosen, names);
    const text = chosen ?? oneTimePassword();
    const password = {
      hash: await this.passwords.hash(text),
      setAt: this.now(),
      isOneTime: isOneTime || chosen === undefined,
    };
    return { password, oneTimePassword: chosen === undefined ? text : null };
  }

  private isOver(password: StoredPassword | undefined): boolean {
    return password?.isOneTime === true && password.setAt + ONE_TIME_FOR_MS <= this.now();
  }

  private remember(use: string): void {
    this.known.delete(use);
    const [oldest] = this.known;
    if (this.known.size >= MAX_KNOWN && oldest !== undefined) this.known.delete(oldest);
    this.known.add(use);
  }
}

function withPassword(password: StoredPassword): (user: UserRecord) => UserInput {
  return (user) => ({ ...user, password, credential: newCredential() });
}

/** What a provider gives somebody. */
type Given = Pick<UserRecord, 'role' | 'displayName' | 'scope'>;

function isAsGiven({ role, displayName, scope }: UserRecord, given: Given): boolean {
  return (
    role === given.role &&
    displayName === given.displayName &&
    JSON.stringify(scope) === JSON.stringify(given.scope)
  );
}

/** Ends the log-ins that were made before. */
function newCredential(): string {
  return randomBytes(CREDENTIAL_BYTES).toString('base64url');
}
