import { X509Certificate } from 'node:crypto';
import type { ClientCertificate } from '../charge-point.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { securityEvent, signCertificate } from '../messages.ts';
import type { Scene } from '../scene.ts';
import { type KeyKind, newSigningRequest, type SigningRequest, signatureOf } from '../test-certificates.ts';

/** Security: the certificate of the charge point. */

/** Of a certificateChain, in characters (security whitepaper §5.1). */
const LONGEST_CHAIN = 10_000;

/** How long the Central System may take to trust an authority that it has just made, ms. */
const TRUSTED_WITHIN_MS = 1500;

const AUTHORITY: Readonly<Record<KeyKind, string>> = { ec: 'ecdsa-p256', rsa: 'rsa-2048' };
const SIGNED_BY: Readonly<Record<KeyKind, string>> = { ec: 'ECDSA', rsa: 'RSASSA-PKCS1-v1_5' };

/** Has a new certificate signed and takes or rejects it; resolves with it and its private key. */
async function sign(
  scene: Scene,
  kind: KeyKind,
  status: 'Accepted' | 'Rejected',
): Promise<ClientCertificate> {
  const { serialNumber } = scene.data;
  const isNew = await scene.reads('certificate authority', () =>
    scene.operator.provideAuthority(AUTHORITY[kind]),
  );
  if (isNew) await scene.idle(TRUSTED_WITHIN_MS, 'the Central System takes up its new authority');
  const request = await newSigningRequest(serialNumber, kind);
  await scene.command(
    'ExtendedTriggerMessage',
    { requestedMessage: 'SignChargePointCertificate' },
    { status: 'Accepted' },
  );
  const { certificateChain } = await scene.receives(
    'CertificateSigned',
    {
      text: `a chain in PEM whose first certificate is for the key of the request and CN ${serialNumber}`,
      holds: ({ certificateChain: chain }) =>
        typeof chain === 'string' && isFor(chain, request, serialNumber, SIGNED_BY[kind]),
    },
    { status },
    () => signCertificate(scene, request.csr),
  );
  return { chain: String(certificateChain), key: request.keyPem };
}

function isFor(
  chain: string,
  { publicKey }: SigningRequest,
  serialNumber: string,
  algorithm: string,
): boolean {
  if (chain.length > LONGEST_CHAIN || !chain.startsWith('-----BEGIN CERTIFICATE-----')) return false;
  const leaf = new X509Certificate(chain);
  const [, commonName] = /^CN=(.*)$/m.exec(leaf.subject) ?? [];
  return (
    leaf.publicKey.export({ type: 'spki', format: 'der' }).equals(publicKey) &&
    commonName === serialNumber &&
    signatureOf(leaf) === algorithm
  );
}

/** A certificate that the charge point has asked for and taken. */
export async function renewedCertificate(scene: Scene, kind: KeyKind): Promise<ClientCertificate> {
  return sign(scene, kind, 'Accepted');
}

export const TC_074: ConformanceCase = {
  id: 'TC_074',
  title: 'Renew the certificate of the charge point, RSA and ECDSA',
  needsTls: true,
  async run(scene) {
    for (const kind of ['rsa', 'ec'] as const) {
      const certificate = await renewedCertificate(scene, kind);
      await scene.vanish();
      await scene.connectShowing({ url: scene.secure.url, certificate });
    }
  },
};

export const TC_077: ConformanceCase = {
  id: 'TC_077',
  title: 'Invalid certificate of the charge point',
  needsTls: true,
  async run(scene) {
    await sign(scene, 'ec', 'Rejected');
    await securityEvent(scene, 'InvalidChargePointCertificate');
  },
};
