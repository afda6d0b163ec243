import { generateKeyPair, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { loadX509 } from '../certificates/library.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A request for a certificate, and the key that stays at the charge point. */
export interface SigningRequest {
  /** PKCS#10 in PEM. */
  readonly csr: string;
  /** PKCS#8 in PEM. */
  readonly key: string;
}

/**
 * Makes a new key on P-256 and asks for a certificate for it (security whitepaper ed. 3 A02.FR.02). Without
 * an organization the request names none.
 */
export async function newSigningRequest(commonName: string, organization: string): Promise<SigningRequest> {
  const x509 = await loadX509();
  const made = await promisify(generateKeyPair)('ec', { namedCurve: EC.namedCurve });
  const pkcs8 = made.privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = made.publicKey.export({ type: 'spki', format: 'der' });
  const { subtle } = webcrypto;
  const keys = {
    privateKey: await subtle.importKey('pkcs8', pkcs8, EC, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, EC, true, ['verify']),
  };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name([
      ...(organization === '' ? [] : [{ O: [{ utf8String: organization }] }]),
      { CN: [{ utf8String: commonName }] },
    ]),
    keys: keys as never,
    signingAlgorithm: EC,
  });
  return {
    csr: request.toString('pem'),
    key: made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
