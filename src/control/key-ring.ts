import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeyRecord, Role } from '../store/api-keys.ts';
import type { Store } from '../store/store.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { tooManyAttempts } from './errors.ts';
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

/** The API key that a request shows. */
export function bearerKey({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization?.match(/^Bearer +(\S+)$/i)?.[1];
}

/**
 * The API keys that are accepted: the bootstrap key and those of the store. They are kept here, by their
 * hash: looking one up takes no longer the more of it is right. What another node of a cluster changes counts
 * from the next request on.
 */
export class KeyRing {
  private readonly store: Pick<Store, 'apiKeys'>;
  private readonly fixed: ReadonlyMap<string, RingKey>;
  private readonly byHash = new Map<string, RingKey>();
  private readonly byId = new Map<string, RingKey>();
  /** Hashes of those that were taken away here, even if the store still has them. */
  private readonly removed = new Set<string>();
  private readonly now: () => number;
  /** `changes` of the store's keys when they were looked at last. */
  private seen = -1;

  constructor(store: Pick<Store, 'apiKeys'>, fixed: readonly AcceptedKey[], now: () => number = Date.now) {
    this.now = now;
    this.store = store;
    this.fixed = new Map(
      fixed.map(({ principal, digest }) => [principal.id, { principal, sha256: digest.toString('hex') }]),
    );
    this.refresh();
  }

  /** Looks at the keys of the store where any of them may have changed. */
  private refresh(): void {
    const changes = this.store.apiKeys.changes();
    if (changes === this.seen) return;
    this.seen = changes;
    this.byHash.clear();
    this.byId.clear();
    for (let after: string | undefined; ; ) {
      const { items, next } = this.store.apiKeys.list({ limit: PAGE, ...(after !== undefined && { after }) });
      for (const key of items) if (!this.fixed.has(key.id)) this.hold(ringKey(key));
      if (next === undefined) break;
      after = next;
    }
    for (const key of this.fixed.values()) this.hold(key);
  }

  holderOf(key: string): RingKey | undefined {
    this.refresh();
    return this.unlessOver(this.byHash.get(digestKey(key).toString('hex')));
  }

  get(id: string): RingKey | undefined {
    this.refresh();
    return this.unlessOver(this.byId.get(id));
  }

  /** Keys that Farad was started with cannot be taken away here. */
  isFixed(id: string): boolean {
    return this.fixed.has(id);
  }

  /** A new key; it is shown this once. Undefined where the id is taken. */
  async create(
    given: Pick<ApiKeyRecord, 'id' | 'note' | 'scope' | 'expiresAt'> & { readonly role: Role },
    createdBy: string,
  ): Promise<{ readonly record: ApiKeyRecord; readonly key: string } | undefined> {
    this.refresh();
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
    if (known) {
      this.byHash.delete(known.sha256);
      this.removed.add(known.sha256);
    }
    return this.store.apiKeys.remove(id);
  }

  private unlessOver(key: RingKey | undefined): RingKey | undefined {
    return key?.expiresAt !== undefined && key.expiresAt <= this.now() ? undefined : key;
  }

  private hold(key: RingKey): void {
    if (this.removed.has(key.sha256)) return;
    this.byHash.set(key.sha256, key);
    this.byId.set(key.principal.id, key);
  }
}

function ringKey({ id, role = 'admin', scope, sha256, expiresAt }: ApiKeyRecord): RingKey {
  return {
    principal: { kind: 'key', id, role, ...(scope && { scope }) },
    sha256,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** Wrong keys of one address within a minute. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
/** Pairs of address and key remembered; beyond that the ones that were not used for longest are forgotten. */
const MAX_KNOWN = 10_000;

/**
 * Looks keys up for requests, and bounds the wrong ones of an address. Beyond that bound, only keys that were
 * used from this address before are looked at: programs behind the same proxy go on, and whoever guesses
 * learns nothing.
 */
export class KeyAttempts {
  private readonly keys: KeyRing;
  private readonly limit: AttemptLimit;
  private readonly known = new Set<string>();

  constructor(keys: KeyRing, now?: () => number) {
    this.keys = keys;
    this.limit = new AttemptLimit(MAX_FAILURES, WINDOW_MS, now);
  }

  /** Whose key this is; undefined where it is nobody's. Throws `too_many_attempts`. */
  holderOf(key: string | undefined, address: string): RingKey | undefined {
    const found = key === undefined ? undefined : this.keys.holderOf(key);
    const use = found && `${found.sha256} ${address}`;
    if (use !== undefined && this.known.delete(use)) {
      this.known.add(use); // behind those that were used before it
      return found;
    }
    const waitMs = this.limit.waitOf(address);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    if (use === undefined) {
      this.limit.begin(address);
      return undefined;
    }
    const [oldest] = this.known;
    if (this.known.size >= MAX_KNOWN && oldest !== undefined) this.known.delete(oldest);
    this.known.add(use);
    return found;
  }
}

/** When each API key was used last, by itself or by a log-in with it. */
export class KeyUses {
  private readonly store: Pick<Store, 'apiKeys'>;
  private readonly now: () => number;
  /** Uses that are not on the disk yet, epoch ms, by id. */
  private unsaved = new Map<string, number>();

  constructor(store: Pick<Store, 'apiKeys'>, now: () => number = Date.now) {
    this.store = store;
    this.now = now;
  }

  note(id: string): void {
    this.unsaved.set(id, this.now());
  }

  /** Epoch ms; undefined where it was never used. */
  lastOf(id: string): number | undefined {
    return this.unsaved.get(id) ?? this.store.apiKeys.get(id)?.lastUsedAt;
  }

  /** Writes down what is new: now and then, as a use is worth no write of its own. */
  async save(): Promise<void> {
    const uses = this.unsaved;
    if (uses.size === 0) return;
    this.unsaved = new Map();
    try {
      await this.store.apiKeys.used(uses);
    } catch (error) {
      this.unsaved = new Map([...uses, ...this.unsaved]);
      throw error;
    }
  }
}
