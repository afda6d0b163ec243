import { type Certificate, readCertificates } from '../certificates/certificate.ts';
import { hasIssued } from '../certificates/chain.ts';
import { weaknessOf } from '../certificates/key-strength.ts';
import type { CampaignTask } from '../store/campaign-record.ts';
import {
  INSTALLED_CERTIFICATE_TYPES,
  type InstalledCertificateType,
} from '../store/installed-certificates.ts';
import type { Store } from '../store/store.ts';
import type { Warning } from './warnings.ts';

type Known = Pick<Store, 'configurations' | 'installedCertificates'>;

/**
 * What speaks against installing a root at a charge point (security whitepaper ed. 3 §5.11, M05): what it
 * would refuse, or what would keep it from ever coming back. `now` in epoch ms.
 */
export function rootWarnings(
  store: Known,
  chargePointId: string,
  certificateType: InstalledCertificateType,
  pem: string,
  now: number,
): Warning[] {
  const [root] = readCertificates(pem) ?? [];
  const former = formerRoots(store, chargePointId, certificateType);
  const warnings = [...problemsOfRoot(pem, former, now).map(refused), ...roomWarnings(store, chargePointId)];
  if (root === undefined || !isSuccessionChecked(store, chargePointId, certificateType)) return warnings;
  const why =
    'AdditionalRootCertificateCheck: a new root of the Central System has to be signed by the one before';
  if (former.length === 0) {
    return [
      ...warnings,
      { code: 'certificate', message: `${why}, which Farad does not know`, refusal: false },
    ];
  }
  return former.some((one) => hasIssued(one, root))
    ? warnings
    : [...warnings, refused(`${why}, and this one is not`)];
}

/**
 * The same of a campaign that is to install a root, as far as it does not hang on the charge point; undefined
 * for any other.
 */
export function rootWarningsOf(task: CampaignTask, now: number): Warning[] | undefined {
  if ('security' in task) {
    const pem = task.security === 'raise-profile' ? task.rootCertificate : undefined;
    return pem === undefined ? undefined : problemsOfRoot(pem, [], now).map(refused);
  }
  if (!('action' in task) || task.action !== 'InstallCertificate') return undefined;
  return problemsOfRoot(String(task.payload.certificate), [], now).map(refused);
}

/**
 * Says in words why a text is no root that can be trusted; empty where it is one. `former` are roots that may
 * stand above it, `now` is epoch ms.
 */
export function problemsOfRoot(pem: string, former: readonly Certificate[], now: number): string[] {
  const [root, ...more] = readCertificates(pem) ?? [];
  if (root === undefined) return ['the certificate is no X.509 in PEM'];
  const { x509, notBefore, notAfter } = root;
  const problems: string[] = [];
  if (more.length > 0) problems.push('there is more than one certificate');
  if (!x509.ca || !(root.isSelfSigned || former.some((one) => hasIssued(one, root)))) {
    problems.push(
      'the certificate is no root: neither it nor a former root has signed it, or it may sign nothing',
    );
  }
  if (now > notAfter) problems.push(`the certificate was valid until ${timeOf(notAfter)}`);
  if (now < notBefore) problems.push(`the certificate is not valid before ${timeOf(notBefore)}`);
  const weakness = weaknessOf(x509.publicKey);
  if (weakness !== undefined) problems.push(`its key ${weakness}`);
  return problems;
}

/** CertificateStoreMaxLength counts the certificates of all types (security whitepaper ed. 3 §7.4). */
function roomWarnings({ configurations, installedCertificates }: Known, id: string): Warning[] {
  const room = Number(configurations.get(id, 'CertificateStoreMaxLength')?.value ?? Number.NaN);
  const held = INSTALLED_CERTIFICATE_TYPES.reduce(
    (sum, type) => sum + (installedCertificates.get(id, type)?.certificates?.length ?? 0),
    0,
  );
  return held >= room ? [refused(`the charge point has ${held} certificates, and room for ${room}`)] : [];
}

/**
 * With AdditionalRootCertificateCheck a new root of the Central System has to be signed by the one before
 * (M05.FR.09, .10, obligation L27).
 */
function isSuccessionChecked({ configurations }: Known, id: string, type: InstalledCertificateType): boolean {
  if (type !== 'CentralSystemRootCertificate') return false;
  return configurations.get(id, 'AdditionalRootCertificateCheck')?.value?.toLowerCase() === 'true';
}

/** Roots of a type that the charge point has taken of Farad. */
function formerRoots(
  { installedCertificates }: Known,
  id: string,
  type: InstalledCertificateType,
): Certificate[] {
  const sent = installedCertificates.get(id, type)?.sent ?? [];
  return sent.flatMap(({ pem }) => readCertificates(pem) ?? []);
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function refused(message: string): Warning {
  return { code: 'certificate', message, refusal: true };
}
