import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { loadX509, type X509 } from '../../src/certificates/library.ts';

const DAY_MS = 24 * 3_600_000;

const KEYS = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
  'weak-rsa': {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 1024,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
} as const;

export interface ClientCertificate {
  readonly der: Buffer;
  readonly pem: string;
  /** Private key, PKCS#8 in PEM. */
  readonly key: string;
}

export interface CertificateWish {
  readonly name?: X509.JsonName;
  readonly key?: keyof typeof KEYS;
  /** Epoch ms. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** A certificate authority of tests: as strict as it is asked to be. */
export interface TestAuthority {
  readonly pem: string;
  issue(wish?: CertificateWish): Promise<ClientCertificate>;
}

/**
 * Makes an authority whose certificates name `Acme Charging` and `SN-1` unless they are asked to name
 * something else.
 */
export async function makeTestAuthority(commonName = 'Test CA'): Promise<TestAuthority> {
  const x509 = await loadX509();
  const keys = await generate('ec');
  const now = Date.now();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - 30 * DAY_MS),
    notAfter: new Date(now + 30 * DAY_MS),
    keys: keys as never,
    signingAlgorithm: KEYS.ec,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    pem: root.toString('pem'),
    async issue({ name = [{ O: ['Acme Charging'] }, { CN: ['SN-1'] }], key = 'ec', ...times } = {}) {
      const own = await generate(key);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: new x509.Name(name),
        issuer: root.subjectName,
        notBefore: new Date(times.notBefore ?? now - DAY_MS),
        notAfter: new Date(times.notAfter ?? now + DAY_MS),
        publicKey: own.publicKey as never,
        signingKey: keys.privateKey as never,
        signingAlgorithm: KEYS.ec,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        ],
      });
      return {
        der: Buffer.from(certificate.rawData),
        pem: certificate.toString('pem'),
        key: await exported(own.privateKey),
      };
    },
  };
}

async function generate(kind: keyof typeof KEYS): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(KEYS[kind], true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
}

async function exported(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const readable = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return readable.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function serial(): string {
  return `01${randomBytes(8).toString('hex')}`;
}
