import { randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { type AcceptedKey, digestKey } from './key-ring.ts';

/** Name of the admin key that every Farad has from its first start on. */
const BOOTSTRAP = 'bootstrap';
const KEY_BYTES = 32;

export interface BootstrapKey {
  readonly accepted: AcceptedKey;
  /**
   * The key itself, where it was generated just now: it is kept only as a hash, so this is the only time to
   * show it.
   */
  readonly newKey?: string;
}

/**
 * The admin key: `configured` if there is one, else the one generated on first start, generating it if need
 * be.
 */
export async function bootstrapKey(store: Pick<Store, 'apiKeys'>, configured: string): Promise<BootstrapKey> {
  const principal = { kind: 'key', id: BOOTSTRAP, role: 'admin' } as const;
  if (configured !== '') return { accepted: { principal, digest: digestKey(configured) } };
  const known = store.apiKeys.get(BOOTSTRAP);
  if (known) return { accepted: { principal, digest: Buffer.from(known.sha256, 'hex') } };
  const newKey = `farad_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const digest = digestKey(newKey);
  const created = await store.apiKeys.create({
    id: BOOTSTRAP,
    sha256: digest.toString('hex'),
    role: 'admin',
    createdAt: Date.now(),
  });
  // Another node was first, and shows it.
  if (!created) return bootstrapKey(store, configured);
  return { accepted: { principal, digest }, newKey };
}
