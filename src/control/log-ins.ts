import { createHash, randomBytes } from 'node:crypto';
import type { ConsoleSessionRecord, SessionHolder } from '../store/console-sessions.ts';
import type { Store } from '../store/store.ts';
import type { UserRecord } from '../store/users.ts';
import { readCookie } from './cookies.ts';
import type { KeyRing, RingKey } from './key-ring.ts';
import type { Principal } from './roles.ts';

const COOKIE = 'farad_session';
const SECRET_BYTES = 32;
/** How long a log-in lasts, ms: a shift. */
const LIFETIME_MS = 12 * 3_600_000;
/** Log-ins with one key, or of one user, that last at the same time; a further one ends the oldest. */
const MAX_PER_HOLDER = 64;
/** Ended sessions removed in one write. */
const REMOVED_AT_ONCE = 500;
/** Of what a browser calls itself, characters. */
const MAX_USER_AGENT = 300;

export interface LogIn {
  readonly principal: Principal;
  readonly expiresAt: number;
}

/** A log-in that lasts, for people to see and end. */
export interface LastingLogIn extends LogIn {
  /** Names it, and is of no use to anybody who wants to be it. */
  readonly id: string;
  readonly createdAt: number;
  /** Epoch ms; undefined where it was not seen since this process began. */
  readonly lastSeenAt: number | undefined;
  readonly remoteAddress: string | undefined;
  readonly userAgent: string | undefined;
}

/** Where a log-in comes from. */
export interface LogInOrigin {
  /** The browser speaks HTTPS to whatever is in front of Farad. */
  readonly isSecure: boolean;
  readonly remoteAddress?: string;
  readonly userAgent?: string | undefined;
}

/** Digits of a session's hash that name it. */
const ID_DIGITS = 16;

interface Lasting {
  readonly sha256: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/**
 * People who logged in to the console: a random secret in a cookie that scripts cannot read stands for their
 * API key, or for themselves.
 */
export class LogIns {
  private readonly store: Pick<Store, 'consoleSessions' | 'users'>;
  private readonly keys: KeyRing;
  /** What the store holds, by holder and the oldest first: control alone writes it. */
  private readonly byHolder = new Map<string, Lasting[]>();
  /** Epoch ms by hash. */
  private readonly seenAt = new Map<string, number>();

  constructor(store: Pick<Store, 'consoleSessions' | 'users'>, keys: KeyRing) {
    this.store = store;
    this.keys = keys;
    const sessions = store.consoleSessions.list().sort((a, b) => a.createdAt - b.createdAt);
    for (const session of sessions) this.alike(session).push(session);
  }

  /** Whose cookie this is, as long as the session lasts and what it was begun with is accepted. */
  find(cookieHeader: string | undefined): LogIn | undefined {
    const secret = readCookie(cookieHeader, COOKIE);
    if (secret === undefined) return undefined;
    const session = this.store.consoleSessions.get(digest(secret));
    const logIn = session && this.lasting(session);
    if (session && logIn) this.seenAt.set(session.sha256, Date.now());
    return logIn;
  }

  /** What `LastingLogIn` calls the log-in of this cookie, whether or not it lasts. */
  idOf(cookieHeader: string | undefined): string | undefined {
    const secret = readCookie(cookieHeader, COOKIE);
    return secret === undefined ? undefined : idOf(digest(secret));
  }

  /** Those that last, newest first. */
  list(): LastingLogIn[] {
    const found = this.store.consoleSessions.list().flatMap((session) => {
      const logIn = this.lasting(session);
      const { sha256, createdAt, remoteAddress, userAgent } = session;
      const lastSeenAt = this.seenAt.get(sha256);
      return logIn ? [{ ...logIn, id: idOf(sha256), createdAt, lastSeenAt, remoteAddress, userAgent }] : [];
    });
    return found.sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1));
  }

  private lasting(session: ConsoleSessionRecord): LogIn | undefined {
    const { expiresAt } = session;
    if (expiresAt <= Date.now()) return undefined;
    const principal = this.principalOf(session);
    return principal && { principal, expiresAt };
  }

  /** Who it is by now, as far as what the session was begun with is still accepted. */
  private principalOf(session: SessionHolder): Principal | undefined {
    if ('keyId' in session) {
      const key = this.keys.get(session.keyId);
      return key?.sha256 === session.keySha256 ? key.principal : undefined;
    }
    const user = this.store.users.get(session.userName);
    return user?.isEnabled && user.credential === session.credential ? principalOf(user) : undefined;
  }

  /** Returns the Set-Cookie header, and when the log-in ends: not after its key. */
  beginWithKey(
    { principal: { id }, sha256, expiresAt }: RingKey,
    origin: LogInOrigin,
  ): Promise<{ cookie: string; expiresAt: number }> {
    return this.begin({ keyId: id, keySha256: sha256 }, origin, expiresAt);
  }

  /** The same of a user, for whom it ends with the password, too. */
  beginOf(
    { name, credential }: UserRecord,
    origin: LogInOrigin,
  ): Promise<{ cookie: string; expiresAt: number }> {
    return this.begin({ userName: name, credential }, origin);
  }

  private async begin(
    holder: SessionHolder,
    { isSecure, remoteAddress, userAgent }: LogInOrigin,
    holderExpiresAt = Number.POSITIVE_INFINITY,
  ): Promise<{ cookie: string; expiresAt: number }> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const createdAt = Date.now();
    const expiresAt = Math.min(createdAt + LIFETIME_MS, holderExpiresAt);
    const session = {
      ...holder,
      sha256: digest(secret),
      createdAt,
      expiresAt,
      ...(remoteAddress !== undefined && { remoteAddress }),
      ...(userAgent !== undefined && { userAgent: userAgent.slice(0, MAX_USER_AGENT) }),
    };
    const lasting = this.alike(holder);
    lasting.push(session);
    const ended = lasting.splice(0, Math.min(lasting.length - MAX_PER_HOLDER, REMOVED_AT_ONCE));
    await this.store.consoleSessions.begin(
      session,
      ended.map((oldest) => oldest.sha256),
    );
    for (const oldest of ended) this.seenAt.delete(oldest.sha256);
    const seconds = Math.ceil((expiresAt - createdAt) / 1000);
    return { cookie: cookieOf(secret, seconds, isSecure), expiresAt };
  }

  /** Ends the session of this cookie, if there is one; returns the Set-Cookie header that removes it. */
  async end(cookieHeader: string | undefined, secure: boolean): Promise<string> {
    const secret = readCookie(cookieHeader, COOKIE);
    const session = secret === undefined ? undefined : this.store.consoleSessions.get(digest(secret));
    if (session) await this.forget(session);
    return cookieOf('', 0, secure);
  }

  /** Ends the one that `list` calls so, if it is there. */
  async endById(id: string): Promise<void> {
    const session = this.store.consoleSessions.list().find(({ sha256 }) => idOf(sha256) === id);
    if (session) await this.forget(session);
  }

  private async forget(session: ConsoleSessionRecord): Promise<void> {
    const { sha256 } = session;
    const lasting = this.alike(session);
    const place = lasting.findIndex((other) => other.sha256 === sha256);
    if (place !== -1) lasting.splice(place, 1);
    this.seenAt.delete(sha256);
    await this.store.consoleSessions.end([sha256]);
  }

  /** Forgets a bounded number of the log-ins that are over, apart from any request. */
  async forgetEnded(now = Date.now()): Promise<void> {
    const ended: string[] = [];
    for (const [holder, lasting] of this.byHolder) {
      while (ended.length < REMOVED_AT_ONCE && (lasting[0]?.expiresAt ?? Number.POSITIVE_INFINITY) <= now) {
        ended.push((lasting.shift() as Lasting).sha256);
      }
      if (lasting.length === 0) this.byHolder.delete(holder);
    }
    for (const sha256 of ended) this.seenAt.delete(sha256);
    if (ended.length > 0) await this.store.consoleSessions.end(ended);
  }

  /** The log-ins of one holder. */
  private alike(holder: SessionHolder): Lasting[] {
    const key = 'keyId' in holder ? `key ${holder.keyId}` : `user ${holder.userName.toLowerCase()}`;
    let lasting = this.byHolder.get(key);
    if (!lasting) {
      lasting = [];
      this.byHolder.set(key, lasting);
    }
    return lasting;
  }
}

/** Who a user is to the API. */
export function principalOf({ name, role, scope, displayName, password }: UserRecord): Principal {
  return {
    kind: 'user',
    id: name,
    role,
    ...(displayName !== undefined && { displayName }),
    ...(scope && { scope }),
    hasPassword: password !== undefined,
    ...(password?.isOneTime && { owesPassword: true }),
  };
}

function idOf(sha256: string): string {
  return sha256.slice(0, ID_DIGITS);
}

function cookieOf(secret: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`;
  return `${COOKIE}=${secret}; ${attributes}${secure ? '; Secure' : ''}`;
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
