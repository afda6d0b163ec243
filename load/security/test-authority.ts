import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { loadX509, type X509 } from '../../src/certificates/library.ts';
import { serialNumberOf } from '../../src/simulator/hardware.ts';
import { type CertificateMold, MOLD_INDEX, SERIAL_BYTES } from './client-certificates.ts';

const DAY_MS = 24 * 3_600_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** A certificate and its private key, PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of a run, for a server on this machine and for charge points. */
export interface TestAuthority extends Pair {
  /** For the names of this machine, on P-256. */
  server(): Promise<Pair>;
  mold(): Promise<CertificateMold>;
}

export async function makeTestAuthority(): Promise<TestAuthority> {
  const x509 = await loadX509();
  const keys = await generate();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: 'CN=Farad load test, O=Farad',
    keys: keys as never,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const certificate = root.toString('pem');
  const key = await pemOf(keys.privateKey);
  return {
    certificate,
    key,
    async server() {
      const own = await generate();
      const issued = await x509.X509CertificateGenerator.create({
        ...validity(),
        subject: 'CN=localhost, O=Farad',
        issuer: root.subjectName,
        publicKey: own.publicKey as never,
        signingKey: keys.privateKey as never,
        signingAlgorithm: EC,
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ]),
        ],
      });
      return { certificate: issued.toString('pem'), key: await pemOf(own.privateKey) };
    },
    mold: () => makeMold(x509, { certificate, key }),
  };
}

/**
 * What certificates of charge points are made of, by an authority whose key is on a P-256 curve; both PEM.
 * Throws where they are something else.
 */
export async function moldOf(authority: Pair): Promise<CertificateMold> {
  return makeMold(await loadX509(), authority);
}

async function makeMold(x509: typeof X509, { certificate, key }: Pair): Promise<CertificateMold> {
  const issuer = new x509.X509Certificate(certificate);
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, EC, true, ['sign']);
  const own = await generate();
  const template = await x509.X509CertificateGenerator.create({
    ...validity(),
    subject: new x509.Name([{ O: ['Farad'] }, { CN: [serialNumberOf(MOLD_INDEX)] }]),
    issuer: issuer.subjectName,
    publicKey: own.publicKey as never,
    signingKey: signingKey as never,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  return {
    template: template.toString('pem'),
    signingKey: await pemOf(signingKey),
    key: await pemOf(own.privateKey),
  };
}

function validity() {
  return {
    serialNumber: `41${randomBytes(SERIAL_BYTES - 1).toString('hex')}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
  };
}

async function generate(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
