import { type KeyObject, X509Certificate } from 'node:crypto';
import { bitsOf, weaknessOf } from '../certificates/key-strength.ts';
import type { CampaignTask } from '../store/campaign-record.ts';
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

/**
 * What speaks against the certificate and the signature of a firmware (security whitepaper ed. 3 A00.FR.706,
 * obligation K11): what a charge point would find out only after it has fetched the firmware. Farad never has
 * the firmware, so whether the signature is of it stays for the charge point to say, and so does whether its
 * manufacturer has issued the certificate.
 */
export function signingWarnings({ signingCertificate, signature }: FirmwareSigning, now: number): Warning[] {
  const certificate = readCertificate(signingCertificate);
  if (certificate === undefined)
    return [refused('certificate', 'the signing certificate is no X.509 in PEM')];
  const { publicKey, validFrom, validTo, subject } = certificate;
  const from = Date.parse(validFrom);
  const to = Date.parse(validTo);
  const warnings: Warning[] = [];
  if (now < from) {
    const message = `the signing certificate is not valid before ${new Date(from).toISOString()}`;
    warnings.push(refused('certificate', message));
  }
  if (now > to) {
    const message = `the signing certificate was valid until ${new Date(to).toISOString()}`;
    warnings.push(refused('certificate', message));
  }
  const weakness = weaknessOf(publicKey);
  if (weakness !== undefined) {
    warnings.push(refused('certificate', `the key of the signing certificate ${weakness}`));
  }
  if (!/^O=./m.test(subject)) {
    const message = 'the signing certificate names no organization';
    warnings.push({ code: 'certificate', message, refusal: false });
  }
  const malformed = signatureProblem(signature, publicKey);
  if (malformed !== undefined) warnings.push(refused('signature', malformed));
  return warnings;
}

/** Of the task of a campaign, if that is to install signed firmware. */
export function signingIn(task: CampaignTask): FirmwareSigning | undefined {
  if (!('action' in task) || task.action !== 'SignedUpdateFirmware') return undefined;
  return task.payload.firmware as FirmwareSigning;
}

function readCertificate(pem: string): X509Certificate | undefined {
  // Without this, Node takes DER as well, which a charge point does not (A00.FR.507).
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
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
