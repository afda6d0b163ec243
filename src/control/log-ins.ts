import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { HeldKey, KeyRing } from './key-ring.ts';
import type { Principal } from './roles.ts';

const COOKIE = 'farad_session';
const SECRET_BYTES = 32;
/** How long a log-in lasts, ms: a shift. */
const LIFETIME_MS = 12 * 3_600_000;

export interface LogIn {
  readonly principal: Principal;
  readonly expiresAt: number;
}

/** People who logged in to the console: a random secret in a cookie that scripts cannot read stands for their API key. */
export class LogIns {
  private readonly store: Pick<Store, 'consoleSessions'>;
  private readonly keys: KeyRing;

  constructor(store: Pick<Store, 'consoleSessions'>, keys: KeyRing) {
    this.store = store;
    this.keys = keys;
  }

  /** Whose cookie this is, as long as the session lasts and the key it was begun with is accepted. */
  find(cookieHeader: string | undefined): LogIn | undefined {
    const secret = readCookie(cookieHeader);
    if (secret === undefined) return undefined;
    const session = this.store.consoleSessions.get(digest(secret));
    if (!session || session.expiresAt <= Date.now()) return undefined;
    const held = this.keys.get(session.keyId);
    if (held?.sha256 !== session.keySha256) return undefined;
    return { principal: held.principal, expiresAt: session.expiresAt };
  }

  /** Answers the Set-Cookie header. `secure`: the browser speaks HTTPS to whatever is in front of Farad. */
  async begin(
    { principal, sha256 }: HeldKey,
    secure: boolean,
  ): Promise<{ cookie: string; expiresAt: number }> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const createdAt = Date.now();
    const expiresAt = createdAt + LIFETIME_MS;
    await this.store.consoleSessions.begin({
      sha256: digest(secret),
      keyId: principal.id,
      keySha256: sha256,
      createdAt,
      expiresAt,
    });
    return { cookie: cookieOf(secret, LIFETIME_MS / 1000, secure), expiresAt };
  }

  /** Ends the session of this cookie, if there is one; answers the Set-Cookie header that removes it. */
  async end(cookieHeader: string | undefined, secure: boolean): Promise<string> {
    const secret = readCookie(cookieHeader);
    if (secret !== undefined) await this.store.consoleSessions.end(digest(secret));
    return cookieOf('', 0, secure);
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
