import type { ConformanceCase } from '../conformance-case.ts';
import { securityEvent } from '../messages.ts';
import type { Scene } from '../scene.ts';
import { type CertificateWithKey, type HashAlgorithm, hashDataOf, newRoot } from '../test-certificates.ts';

/** Security: the root certificates that a charge point holds. */

type CertificateType = 'CentralSystemRootCertificate' | 'ManufacturerRootCertificate';

async function install(
  scene: Scene,
  certificateType: CertificateType,
  { pem }: CertificateWithKey,
  status = 'Accepted',
): Promise<void> {
  await scene.command('InstallCertificate', { certificateType, certificate: pem }, { status });
}

async function listed(
  scene: Scene,
  certificateType: CertificateType,
  roots: readonly CertificateWithKey[],
  algorithm: HashAlgorithm = 'SHA256',
): Promise<void> {
  const certificateHashData = await Promise.all(roots.map((root) => hashDataOf(root, algorithm)));
  const answer = roots.length === 0 ? { status: 'NotFound' } : { status: 'Accepted', certificateHashData };
  await scene.command('GetInstalledCertificateIds', { certificateType }, answer);
}

function installs(certificateType: CertificateType): (scene: Scene) => Promise<void> {
  return async (scene) => {
    const root = await newRoot('Farad Certify Root');
    await install(scene, certificateType, root);
    await listed(scene, certificateType, [root]);
  };
}

export const TC_075_1: ConformanceCase = {
  id: 'TC_075_1',
  title: 'Install a ManufacturerRootCertificate',
  run: installs('ManufacturerRootCertificate'),
};

export const TC_075_2: ConformanceCase = {
  id: 'TC_075_2',
  title: 'Install a CentralSystemRootCertificate',
  run: installs('CentralSystemRootCertificate'),
};

export const TC_076: ConformanceCase = {
  id: 'TC_076',
  title: 'Delete one certificate, named by each of three hash algorithms',
  async run(scene) {
    const kept = await newRoot('Farad Certify Root');
    for (const algorithm of ['SHA256', 'SHA384', 'SHA512'] as const) {
      const root = await newRoot('Farad Certify Root 2');
      await install(scene, 'CentralSystemRootCertificate', root);
      await listed(scene, 'CentralSystemRootCertificate', [kept, root], algorithm);
      const certificateHashData = await hashDataOf(root, algorithm);
      await scene.command('DeleteCertificate', { certificateHashData }, { status: 'Accepted' });
      await listed(scene, 'CentralSystemRootCertificate', [kept], algorithm);
    }
  },
};

export const TC_078: ConformanceCase = {
  id: 'TC_078',
  title: 'Invalid certificate of the Central System',
  async run(scene) {
    await install(scene, 'CentralSystemRootCertificate', await newRoot('Farad Certify Root'), 'Rejected');
    await securityEvent(scene, 'InvalidCentralSystemCertificate');
  },
};
