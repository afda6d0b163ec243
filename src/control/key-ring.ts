import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeyRecord, Role } from '../store/api-keys.ts';
import type { Store } from '../store/store.ts';
import type { Principal } from './roles.ts';

const KEY_BYTES = 32;
const PAGE = 500;

/** A key that Farad was started with. */
export interface AcceptedKey {
  readonly principal: Principal;
  /** `digestKey` of the key. */
  readonly digest: Buffer;
}

/** SHA-256: API keys are random and long, so a slow hash would add nothing but latency. */
export function digestKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/** A key that is accepted now. */
export interface RingKey {
  readonly principal: Principal;
  /** SHA-256 of the key, hexadecimal. */
  readonly sha256: string;
  /** Epoch ms from which on it is refused; absent: never. */
  readonly expiresAt?: number;
}

/**
 * The API keys that are accepted: the bootstrap key and those of the store. Control alone changes them, so
 * they are kept here, by their hash: looking one up takes no longer the more of it is right.
 */
export class KeyRing {
  private readonly store: Pick<Store, 'apiKeys'>;
  private readonly fixed: ReadonlySet<string>;
  private readonly byHash = new Map<string, RingKey>();
  private readonly byId = new Map<string, RingKey>();
  private readonly now: () => number;

  constructor(store: Pick<Store, 'apiKeys'>, fixed: readonly AcceptedKey[], now: () => number = Date.now) {
    this.now = now;
    this.store = store;
    this.fixed = new Set(fixed.map(({ principal }) => principal.id));
    for (let after: string | undefined; ; ) {
      const { items, next } = store.apiKeys.list({ limit: PAGE, ...(after !== undefined && { after }) });
      for (const key of items) if (!this.fixed.has(key.id)) this.hold(ringKey(key));
      if (next === undefined) break;
      after = next;
    }
    for (const { principal, digest } of fixed) this.hold({ principal, sha256: digest.toString('hex') });
  }

  holderOf(key: string): RingKey | undefined {
    return this.unlessOver(this.byHash.get(digestKey(key).toString('hex')));
  }

  get(id: string): RingKey | undefined {
    return this.unlessOver(this.byId.get(id));
  }

  /** Keys that Farad was started with cannot be taken away here. */
  isFixed(id: string): boolean {
    return this.fixed.has(id);
  }

  /** A new key; it is shown this once. Undefined where the id is taken. */
  async create(
    given: Pick<ApiKeyRecord, 'id' | 'note' | 'expiresAt'> & { readonly role: Role },
    createdBy: string,
  ): Promise<{ readonly record: ApiKeyRecord; readonly key: string } | undefined> {
    if (this.byId.has(given.id)) return undefined;
    const key = `farad_${randomBytes(KEY_BYTES).toString('base64url')}`;
    const sha256 = digestKey(key).toString('hex');
    const record = await this.store.apiKeys.create({ ...given, sha256, createdBy, createdAt: Date.now() });
    if (!record) return undefined;
    this.hold(ringKey(record));
    return { record, key };
  }

  /** False where there was none. It is refused from now on, whatever becomes of the write. */
  async remove(id: string): Promise<boolean> {
    const known = this.byId.get(id);
    this.byId.delete(id);
    if (known) this.byHash.delete(known.sha256);
    return this.store.apiKeys.remove(id);
  }

  private unlessOver(key: RingKey | undefined): RingKey | undefined {
    return key?.expiresAt !== undefined && key.expiresAt <= this.now() ? undefined : key;
  }

  private hold(key: RingKey): void {
    this.byHash.set(key.sha256, key);
    this.byId.set(key.principal.id, key);
  }
}

function ringKey({ id, role = 'admin', sha256, expiresAt }: ApiKeyRecord): RingKey {
  return { principal: { kind: 'key', id, role }, sha256, ...(expiresAt !== undefined && { expiresAt }) };
}
