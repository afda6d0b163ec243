import { randomBytes } from 'node:crypto';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { ConformanceCase } from '../conformance-case.ts';
import { Mismatch } from '../mismatch.ts';
import type { Scene } from '../scene.ts';
import { booted } from '../states.ts';
import { newRoot } from '../test-certificates.ts';
import { renewedCertificate } from './security-signing.ts';

/** Security: what the Central System shows over TLS, and who is let in by which profile. */

/**
 * Suites that every Central System has to offer (security whitepaper A00.FR.317, .421), by OpenSSL's names,
 * and the kind of certificate that each shows.
 */
const SUITES = [
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ec'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ec'],
  ['AES128-GCM-SHA256', 'rsa'],
  ['AES256-GCM-SHA384', 'rsa'],
] as const;

const LEAST_RSA_BITS = 2048;
const LEAST_EC_BITS = 224;

interface Hello {
  readonly protocol: string | null;
  readonly suite: string;
  readonly certificate: PeerCertificate;
}

/** A handshake by which nothing else is sent. Rejects with a Mismatch where it does not come about. */
function shakeHands(scene: Scene, options: object): Promise<Hello> {
  const { url, ca } = scene.secure;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: hostname,
      port: Number(port || 443),
      servername: hostname,
      ...(ca !== undefined && { ca }),
      ...options,
    });
    socket.once('secureConnect', () => {
      const hello = {
        protocol: socket.getProtocol(),
        suite: socket.getCipher().name,
        certificate: socket.getPeerCertificate(),
      };
      socket.destroy();
      resolve(hello);
    });
    socket.once('error', (error) => reject(new Mismatch('a TLS handshake', error.message)));
  });
}

async function offersAllSuites(scene: Scene): Promise<void> {
  const { hostname } = new URL(scene.secure.url);
  for (const [suite, kind] of SUITES) {
    const expected = `TLS 1.2 with ${suite} and a strong certificate of CN ${hostname}`;
    await scene.does(`CP offers ${suite}`, expected, async () => {
      const hello = await shakeHands(scene, { maxVersion: 'TLSv1.2', ciphers: suite });
      const { subject, bits = 0, serialNumber } = hello.certificate;
      const isStrong = bits >= (kind === 'rsa' ? LEAST_RSA_BITS : LEAST_EC_BITS);
      if (hello.suite === suite && isStrong && serialNumber !== '' && subject.CN === hostname) return;
      throw new Mismatch(expected, `${hello.protocol} ${hello.suite}, CN ${subject.CN}, ${bits} bits`);
    });
  }
}

async function refusesOldTls(scene: Scene): Promise<void> {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
  await scene.does('CP offers TLS 1.1', 'no handshake', async () => {
    const hello = await shakeHands(scene, old).catch(() => undefined);
    if (hello !== undefined) throw new Mismatch('no handshake', `${hello.protocol} ${hello.suite}`);
  });
}

export const TC_086: ConformanceCase = {
  id: 'TC_086',
  title: 'TLS with a certificate of the server',
  startsOffline: true,
  needsTls: true,
  async run(scene) {
    await offersAllSuites(scene);
    await refusesOldTls(scene);
    await scene.connect({ url: scene.secure.url });
    await booted(scene);
  },
};

export const TC_087: ConformanceCase = {
  id: 'TC_087',
  title: 'TLS with a certificate of the charge point',
  needsTls: true,
  async run(scene) {
    const certificate = await renewedCertificate(scene, 'ec');
    await offersAllSuites(scene);
    await scene.vanish();
    await scene.connectShowing({ url: scene.secure.url, certificate });
    await booted(scene);
  },
};

/**
 * The whole of raising a profile: told, restarted, connected on the new one; `before` and `after` are what it
 * shows.
 */
async function raise(
  scene: Scene,
  profile: number,
  before: Parameters<Scene['refused']>[1],
  after: Parameters<Scene['refused']>[1],
): Promise<void> {
  await scene.command(
    'ChangeConfiguration',
    { key: 'SecurityProfile', value: String(profile) },
    { status: 'Accepted' },
  );
  await scene.command('Reset', { type: 'Hard' }, { status: 'Accepted' });
  await scene.vanish();
  await scene.connectShowing(after);
  await booted(scene);
  await scene.vanish();
  await scene.refused('on the profile before', before, [401, 403]);
  await scene.connectShowing(after);
}

export const TC_083: ConformanceCase = {
  id: 'TC_083',
  title: 'Upgrade the security profile, from 1 to 2 and to 3',
  startsOffline: true,
  needsTls: true,
  asRaised: true,
  async run(scene) {
    const { url } = scene.secure;
    const password = await scene.reads('new charge point with a password', () => provisionAnew(scene));
    await scene.connectShowing({ password });
    await booted(scene);
    const root = await newRoot('Farad Certify Root');
    const certificateType = 'CentralSystemRootCertificate';
    await scene.command(
      'InstallCertificate',
      { certificateType, certificate: root.pem },
      { status: 'Accepted' },
    );
    await raise(scene, 2, { password }, { url, password });
    const certificate = await renewedCertificate(scene, 'ec');
    await raise(scene, 3, { url, password }, { url, certificate });
  },
};

async function provisionAnew({ operator, data }: Scene): Promise<Buffer> {
  const password = randomBytes(20);
  await operator.removeChargePoint(data.chargePointId);
  await operator.provision(data.chargePointId);
  await operator.setPassword(data.chargePointId, password);
  return password;
}
