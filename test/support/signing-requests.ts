import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { loadX509, type X509 } from '../../src/certificates/library.ts';

/** The key kinds that charge points of tests have. */
export type RequestKey = 'ec' | 'rsa' | 'rsa-pss' | 'weak-rsa';

const RSA = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
const ALGORITHMS = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', ...RSA },
  'rsa-pss': { name: 'RSA-PSS', saltLength: 32, ...RSA },
  'weak-rsa': { name: 'RSASSA-PKCS1-v1_5', ...RSA, modulusLength: 1024 },
} as const;

export interface MadeRequest {
  readonly csr: string;
  readonly key: KeyObject;
}

/** What a charge point puts into SignCertificate, with the private key that it keeps. */
export async function makeSigningRequest(
  key: RequestKey,
  names: X509.JsonName = [{ O: ['Acme Charging'] }, { CN: ['SN-1'] }],
): Promise<MadeRequest> {
  const x509 = await loadX509();
  const algorithm = ALGORITHMS[key];
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: names,
    keys: keys as never,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    csr: request.toString('pem'),
    key: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
  };
}
