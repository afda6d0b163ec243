import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { KeyRing, RingKey } from './key-ring.ts';
import type { Principal } from './roles.ts';

const COOKIE = 'farad_session';
const SECRET_BYTES = 32;
/** How long a log-in lasts, ms: a shift. */
const LIFETIME_MS = 12 * 3_600_000;
/** Log-ins with one key that last at the same time; a further one ends the oldest. */
const MAX_PER_KEY = 64;
/** Ended sessions removed in one write. */
const REMOVED_AT_ONCE = 500;

export interface LogIn {
  readonly principal: Principal;
  readonly expiresAt: number;
}

interface Lasting {
  readonly sha256: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/**
 * People who logged in to the console: a random secret in a cookie that scripts cannot read stands for their
 * API key.
 */
export class LogIns {
  private readonly store: Pick<Store, 'consoleSessions'>;
  private readonly keys: KeyRing;
  /** What the store holds, by key and the oldest first: control alone writes it. */
  private readonly byKey = new Map<string, Lasting[]>();

  constructor(store: Pick<Store, 'consoleSessions'>, keys: KeyRing) {
    this.store = store;
    this.keys = keys;
    const sessions = store.consoleSessions.list().sort((a, b) => a.createdAt - b.createdAt);
    for (const { keyId, sha256, expiresAt } of sessions) this.ofKey(keyId).push({ sha256, expiresAt });
  }

  /** Whose cookie this is, as long as the session lasts and the key it was begun with is accepted. */
  find(cookieHeader: string | undefined): LogIn | undefined {
    const secret = readCookie(cookieHeader);
    if (secret === undefined) return undefined;
    const session = this.store.consoleSessions.get(digest(secret));
    if (!session || session.expiresAt <= Date.now()) return undefined;
    const found = this.keys.get(session.keyId);
    if (found?.sha256 !== session.keySha256) return undefined;
    return { principal: found.principal, expiresAt: session.expiresAt };
  }

  /** Returns the Set-Cookie header. `secure`: the browser speaks HTTPS to whatever is in front of Farad. */
  async begin(
    { principal, sha256 }: RingKey,
    secure: boolean,
  ): Promise<{ cookie: string; expiresAt: number }> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const createdAt = Date.now();
    const session = { sha256: digest(secret), createdAt, expiresAt: createdAt + LIFETIME_MS };
    const { expiresAt } = session;
    const lasting = this.ofKey(principal.id);
    lasting.push({ sha256: session.sha256, expiresAt });
    const ended = lasting.splice(0, Math.min(lasting.length - MAX_PER_KEY, REMOVED_AT_ONCE));
    await this.store.consoleSessions.begin(
      { ...session, keyId: principal.id, keySha256: sha256 },
      ended.map((oldest) => oldest.sha256),
    );
    return { cookie: cookieOf(secret, LIFETIME_MS / 1000, secure), expiresAt };
  }

  /** Ends the session of this cookie, if there is one; returns the Set-Cookie header that removes it. */
  async end(cookieHeader: string | undefined, secure: boolean): Promise<string> {
    const secret = readCookie(cookieHeader);
    const session = secret === undefined ? undefined : this.store.consoleSessions.get(digest(secret));
    if (session) {
      const lasting = this.ofKey(session.keyId);
      const place = lasting.findIndex(({ sha256 }) => sha256 === session.sha256);
      if (place !== -1) lasting.splice(place, 1);
      await this.store.consoleSessions.end([session.sha256]);
    }
    return cookieOf('', 0, secure);
  }

  /** Forgets a bounded number of the log-ins that are over, apart from any request. */
  async forgetEnded(now = Date.now()): Promise<void> {
    const ended: string[] = [];
    for (const [keyId, lasting] of this.byKey) {
      while (ended.length < REMOVED_AT_ONCE && (lasting[0]?.expiresAt ?? Number.POSITIVE_INFINITY) <= now) {
        ended.push((lasting.shift() as Lasting).sha256);
      }
      if (lasting.length === 0) this.byKey.delete(keyId);
    }
    if (ended.length > 0) await this.store.consoleSessions.end(ended);
  }

  private ofKey(keyId: string): Lasting[] {
    let lasting = this.byKey.get(keyId);
    if (!lasting) {
      lasting = [];
      this.byKey.set(keyId, lasting);
    }
    return lasting;
  }
}

function cookieOf(secret: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`;
  return `${COOKIE}=${secret}; ${attributes}${secure ? '; Secure' : ''}`;
}

function readCookie(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE && value) return value;
  }
  return undefined;
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
