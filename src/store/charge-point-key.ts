import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Fewest bytes of a charge point's key: it is random, and so a fast hash keeps it safe. */
export const MIN_KEY_BYTES = 16;

/**
 * Most bytes of a charge point's key: as hex digits it must fit the 40 of AuthorizationKey
 * (security whitepaper §7.2).
 */
export const MAX_KEY_BYTES = 20;

const PEPPER_FILE = 'pepper';
const PEPPER_BYTES = 32;
const SALT_BYTES = 16;
const SCHEME = 'hmac-sha256';

/** A new key: `MAX_KEY_BYTES` random bytes. */
export function newChargePointKey(): Buffer {
  return randomBytes(MAX_KEY_BYTES);
}

/** What is kept of a key: `hmac-sha256$salt$mac`, where without the pepper file nobody can try out keys. */
export function hashChargePointKey(key: Uint8Array, pepper: Uint8Array): string {
  const salt = randomBytes(SALT_BYTES);
  return [SCHEME, salt.toString('base64url'), mac(key, salt, pepper).toString('base64url')].join('$');
}

/**
 * Whether `key` is the one behind `keyHash`; the time it takes says nothing about how near it was. False for
 * a hash of unknown form.
 */
export function verifyChargePointKey(key: Uint8Array, keyHash: string, pepper: Uint8Array): boolean {
  const [scheme, salt, expected, ...rest] = keyHash.split('$');
  if (scheme !== SCHEME || salt === undefined || expected === undefined || rest.length > 0) return false;
  const wanted = Buffer.from(expected, 'base64url');
  const given = mac(key, Buffer.from(salt, 'base64url'), pepper);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/**
 * The secret of this installation that goes into every hash: `<dataDir>/pepper`, readable by its owner only.
 * Made by whoever asks first; when several processes do at once, all get the same. The data directory must
 * exist.
 */
export function loadPepper(dataDir: string): Buffer {
  const file = join(dataDir, PEPPER_FILE);
  const known = readPepper(file);
  if (known) return known;
  const draft = join(dataDir, `.${PEPPER_FILE}-${process.pid}-${randomBytes(6).toString('hex')}`);
  writeDurably(draft, randomBytes(PEPPER_BYTES));
  try {
    // A link is made whole or not at all, and never over an existing file.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  const pepper = readPepper(file);
  if (!pepper) throw new Error(`${file} vanished while it was being made`);
  return pepper;
}

/** Hashes of charge point keys, made with the pepper of the data directory. */
export interface ChargePointKeys {
  /** For `ChargePointSettings.keyHash`. */
  hash(key: Uint8Array): string;
  /** Whether `key` is the one that was hashed, in constant time; false without a hash. */
  verify(key: Uint8Array, keyHash: string | undefined): boolean;
}

export function keysWith(pepper: Uint8Array): ChargePointKeys {
  return {
    hash: (key) => hashChargePointKey(key, pepper),
    verify: (key, keyHash) => keyHash !== undefined && verifyChargePointKey(key, keyHash, pepper),
  };
}

/** Whether the data directory has its pepper. */
export function hasPepper(dataDir: string): boolean {
  return existsSync(join(dataDir, PEPPER_FILE));
}

/** By which a pepper is recognised again, without telling anything of it. */
export function fingerprintOf(pepper: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', pepper, '', 'fingerprint', 16)).toString('hex');
}

function mac(key: Uint8Array, salt: Uint8Array, pepper: Uint8Array): Buffer {
  return createHmac('sha256', pepper).update(salt).update(key).digest();
}

/** Undefined where there is none; throws where it is no pepper, because then every key would be refused. */
function readPepper(file: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (bytes.length !== PEPPER_BYTES) throw new Error(`${file} must have ${PEPPER_BYTES} bytes`);
  return bytes;
}

function writeDurably(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
