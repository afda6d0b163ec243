import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps what is secret and has to be told again later, so that a hash will not do: nobody can read it in a
 * table's files without the pepper, too.
 */
export interface Sealing {
  seal(value: unknown): Uint8Array;
  /** Throws where `sealed` was made with another pepper, or was changed. */
  open(sealed: Uint8Array): unknown;
}

/** `purpose` keeps what was sealed for one thing from being opened as another. */
export function sealingWith(pepper: Uint8Array, purpose: string): Sealing {
  const key = Buffer.from(hkdfSync('sha256', pepper, '', purpose, 32));
  return {
    seal(value) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const body = bytes.subarray(IV_BYTES + TAG_BYTES);
      return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8'));
    },
  };
}
