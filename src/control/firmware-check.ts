import type { KeyObject } from 'node:crypto';
import { type Certificate, readCertificates } from '../certificates/certificate.ts';
import { keyLimitsOf } from '../certificates/key-limits.ts';
import { bitsOf, weaknessOf } from '../certificates/key-strength.ts';
import { problemsOfTrust } from '../certificates/trust.ts';
import type { CampaignTask } from '../store/campaign-record.ts';
import type { Store } from '../store/store.ts';
import type { Warning } from './warnings.ts';

/** What a charge point gets to check firmware with (security whitepaper ed. 3 §6.9). */
export interface FirmwareSigning {
  /** PEM. */
  readonly signingCertificate: string;
  /** Base64. */
  readonly signature: string;
}

/** Strict base64, line breaks apart. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Purposes of a key (RFC 5280 §4.2.1.12): to sign code, and any whatever. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const ANY_PURPOSE = '2.5.29.37.0';

/**
 * What speaks against the certificate and the signature of a firmware (security whitepaper ed. 3 A00.FR.706,
 * obligation K11): what a charge point would find out only after it has fetched the firmware. Farad never has
 * the firmware, so whether the signature is of it stays for the charge point to say. `now` is epoch ms.
 */
export function signingWarnings(
  { signingCertificate, signature }: FirmwareSigning,
  { manufacturerRoots }: Pick<Store, 'manufacturerRoots'>,
  now: number,
): Warning[] {
  const shown = readCertificates(signingCertificate) ?? [];
  const [certificate] = shown;
  if (certificate === undefined)
    return [refused('certificate', 'the signing certificate is no X.509 in PEM')];
  const trusted = manufacturerRoots.all().flatMap(({ pem }) => readCertificates(pem) ?? []);
  const malformed = signatureProblem(signature, certificate.x509.publicKey);
  return [
    ...problemsOfSigner(certificate, now).map((problem) => refused('certificate', problem)),
    ...(trusted.length === 0
      ? [hint('no root of a manufacturer is known, so nobody looked at who issued the signing certificate')]
      : problemsOfTrust(shown, trusted, now).map((problem) =>
          refused('certificate', `the signing certificate is not of a known manufacturer: ${problem}`),
        )),
    ...(certificate.subject.organizations.some((name) => name !== '')
      ? []
      : [hint('the signing certificate names no organization')]),
    ...(malformed === undefined ? [] : [refused('signature', malformed)]),
  ];
}

/** Of the certificate itself: its time, its strength, and what it is for. */
function problemsOfSigner({ x509, der, notBefore, notAfter }: Certificate, now: number): string[] {
  const problems: string[] = [];
  if (now < notBefore) {
    problems.push(`the signing certificate is not valid before ${new Date(notBefore).toISOString()}`);
  }
  if (now > notAfter) {
    problems.push(`the signing certificate was valid until ${new Date(notAfter).toISOString()}`);
  }
  const weakness = weaknessOf(x509.publicKey);
  if (weakness !== undefined) problems.push(`the key of the signing certificate ${weakness}`);
  // Node calls the extended key usage so; undefined where it stands not in the certificate.
  const purposes: readonly string[] | undefined = x509.keyUsage;
  const isForCode =
    purposes === undefined || purposes.includes(CODE_SIGNING) || purposes.includes(ANY_PURPOSE);
  if (!isForCode) {
    problems.push('the signing certificate is not meant for code (extendedKeyUsage without codeSigning)');
  } else if (!keyLimitsOf(der).maySignData) {
    problems.push('the key of the signing certificate may sign no data (keyUsage without digitalSignature)');
  }
  return problems;
}

/** Of the task of a campaign, if that is to install signed firmware. */
export function signingIn(task: CampaignTask): FirmwareSigning | undefined {
  if (!('action' in task) || task.action !== 'SignedUpdateFirmware') return undefined;
  return task.payload.firmware as FirmwareSigning;
}

function signatureProblem(text: string, key: KeyObject): string | undefined {
  const plain = text.replace(/[\r\n]/g, '');
  if (plain === '' || !BASE64.test(plain)) return 'the signature is not base64';
  const bytes = Buffer.from(plain, 'base64');
  const keyBytes = Math.ceil(bitsOf(key) / 8);
  if (key.asymmetricKeyType === 'rsa' && bytes.length !== keyBytes) {
    return `the signature has ${bytes.length} bytes, of this certificate it has ${keyBytes}`;
  }
  if (key.asymmetricKeyType === 'ec' && !isEcdsa(bytes, keyBytes)) {
    return 'the signature is none that an elliptic curve key makes';
  }
  return undefined;
}

/** A DER sequence of two integers, or the integers as they are. */
function isEcdsa(bytes: Buffer, keyBytes: number): boolean {
  if (bytes.length === 2 * keyBytes) return true;
  const [tag, length = 0] = bytes;
  const header = length === 0x81 ? 3 : 2;
  const inner = length === 0x81 ? bytes[2] : length;
  return tag === 0x30 && inner === bytes.length - header && bytes[header] === 0x02;
}

function refused(code: string, message: string): Warning {
  return { code, message, refusal: true };
}

function hint(message: string): Warning {
  return { code: 'certificate', message, refusal: false };
}
