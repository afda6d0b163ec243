import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Least strength of a key (security whitepaper A00.FR.501 to .504): bits of RSA, bits of a curve. */
const LEAST_RSA_BITS = 2048;
const LEAST_CURVE_BITS = 224;

/** Files of `PREFIX.certificates` and `PREFIX.keys`, in the same order. */
export interface KeyPairFiles {
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
}

/** What a TLS port shows of itself, checked. */
export interface KeyPair {
  /** PEM, the port's own certificate first. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Where the certificate lies. */
  readonly file: string;
  readonly keyFile: string;
  readonly subject: string;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A file that cannot be used; the message names the setting and the path. */
export class KeyPairError extends Error {
  override readonly name = 'KeyPairError';
}

/**
 * Reads the pairs of a TLS port. `prefix` is the group of its settings (`ocpp.tls`). Throws KeyPairError
 * where a file cannot be read, a key is too weak or does not belong to its certificate, or two pairs are of
 * the same kind: of those a port would show only the last.
 */
export function readKeyPairs(prefix: string, { certificates, keys }: KeyPairFiles): KeyPair[] {
  if (certificates.length !== keys.length) {
    throw new KeyPairError(
      `${prefix}.keys must name a file for each of ${prefix}.certificates: ${keys.length} for ${certificates.length}`,
    );
  }
  const kinds = new Map<string, string>();
  return certificates.map((file, index) => {
    const keyFile = keys[index] as string;
    const certificate = read(`${prefix}.certificates`, file);
    const key = read(`${prefix}.keys`, keyFile);
    const parsed = parseCertificate(`${prefix}.certificates`, file, certificate);
    const privateKey = parseKey(`${prefix}.keys`, keyFile, key);
    checkStrength(`${prefix}.certificates`, file, parsed.publicKey);
    if (!parsed.checkPrivateKey(privateKey)) {
      throw new KeyPairError(`${prefix}.keys: ${keyFile} does not belong to the certificate ${file}`);
    }
    const kind = privateKey.asymmetricKeyType ?? '';
    const other = kinds.get(kind);
    if (other !== undefined) {
      throw new KeyPairError(
        `${prefix}.certificates: ${other} and ${file} are both for ${kind} keys; a port shows one of each kind`,
      );
    }
    kinds.set(kind, file);
    return {
      certificate,
      key,
      file,
      keyFile,
      subject: inOneLine(parsed.subject),
      notBefore: Date.parse(parsed.validFrom),
      notAfter: Date.parse(parsed.validTo),
    };
  });
}

/** Node gives undefined in place of names that are empty, whatever its types say. */
function inOneLine(names: string | undefined): string {
  return names?.replaceAll('\n', ', ') ?? '';
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The certificates of PEM files, each apart. `setting` names the files. Throws KeyPairError where a file
 * cannot be read or holds none.
 */
export function readAuthorities(setting: string, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const found = read(setting, file).match(CERTIFICATE) ?? [];
    if (found.length === 0) throw new KeyPairError(`${setting}: ${file} holds no certificate in PEM`);
    for (const pem of found) parseCertificate(setting, file, pem);
    return found;
  });
}

function read(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KeyPairError(`${setting}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function parseCertificate(setting: string, file: string, pem: string): X509Certificate {
  const parsed = readCertificate(pem);
  if (parsed === undefined) throw new KeyPairError(`${setting}: ${file} is no certificate in PEM`);
  // What cannot be read compares with nothing: it would never end.
  if (Number.isNaN(Date.parse(parsed.validFrom)) || Number.isNaN(Date.parse(parsed.validTo)))
    throw new KeyPairError(`${setting}: ${file} has a time that cannot be read`);
  return parsed;
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parseKey(setting: string, file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    const encrypted = pem.includes('ENCRYPTED');
    throw new KeyPairError(
      `${setting}: ${file} is ${encrypted ? 'an encrypted key' : 'no private key in PEM'}`,
    );
  }
}

function checkStrength(setting: string, file: string, key: KeyObject): void {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS) {
    throw new KeyPairError(
      `${setting}: ${file} has an RSA key of ${modulusLength} bits; at least ${LEAST_RSA_BITS} are needed`,
    );
  }
  const bits = Number(/\d{3}/.exec(namedCurve ?? '')?.[0] ?? LEAST_CURVE_BITS);
  if (bits < LEAST_CURVE_BITS) {
    throw new KeyPairError(
      `${setting}: ${file} has a key on the curve ${namedCurve}; at least ${LEAST_CURVE_BITS} bits are needed`,
    );
  }
}
