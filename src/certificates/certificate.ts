import { createHash, X509Certificate } from 'node:crypto';
// Before `toLegacyObject` is called: otherwise Node 20 leaves the process without `createSecureContext`.
import 'node:tls';
import { readPem, writePem } from './pem.ts';

/** Who a certificate is for, as far as OCPP asks. */
export interface SubjectNames {
  /** CN; empty where there is none. */
  readonly commonName: string;
  /** O, as often as it is there. */
  readonly organizations: readonly string[];
}

/** A certificate that could be read. Times are epoch ms. */
export interface Certificate {
  readonly pem: string;
  readonly der: Uint8Array;
  readonly x509: X509Certificate;
  /** Hexadecimal, lower case, without leading zeros. */
  readonly serial: string;
  /** Of its DER, hexadecimal. */
  readonly sha256: string;
  readonly subject: SubjectNames;
  /** CN, as often as it is there. */
  readonly commonNames: readonly string[];
  /** Names of whose it is, in one line: `O=Acme, CN=SN-1`; empty where it has none. */
  readonly owner: string;
  /** The same of who issued it. */
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it was issued with its own key. */
  readonly isSelfSigned: boolean;
}

/**
 * Reads the certificates of a text, in its order; undefined where there is none, or one that is no
 * certificate.
 */
export function readCertificates(pem: string): Certificate[] | undefined {
  const certificates: Certificate[] = [];
  for (const der of readPem(pem, 'CERTIFICATE')) {
    const certificate = readCertificate(der);
    if (certificate === undefined) return undefined;
    certificates.push(certificate);
  }
  return certificates.length > 0 ? certificates : undefined;
}

/**
 * Reads one certificate from its DER; undefined where it is none. `x509` is the same where somebody has it
 * already, since parsing takes longest.
 */
export function readCertificate(
  der: Uint8Array,
  x509: X509Certificate | undefined = parse(der),
): Certificate | undefined {
  if (x509 === undefined || !hasReadableKey(x509)) return undefined;
  const { commonNames, organizations } = namesOf(x509);
  const [notBefore, notAfter] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
  // No comparison holds of a time that cannot be read: it would never have expired.
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return undefined;
  return {
    pem: writePem('CERTIFICATE', der),
    der,
    x509,
    serial: normaliseSerial(x509.serialNumber),
    sha256: fingerprintOf(der),
    subject: { commonName: commonNames[0] ?? '', organizations },
    commonNames,
    owner: inOneLine(x509.subject),
    issuer: inOneLine(x509.issuer),
    notBefore,
    notAfter,
    isSelfSigned: x509.checkIssued(x509) && x509.verify(x509.publicKey),
  };
}

/**
 * Serial numbers are compared like this: hexadecimal, lower case, without leading zeros
 * (security whitepaper ed. 3 §6.1).
 */
export function normaliseSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

/** SHA-256 of the DER of a certificate, hexadecimal. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/**
 * Node reads the key when it is asked for it, and throws where its kind is unknown or its bits are broken.
 */
function hasReadableKey(x509: X509Certificate): boolean {
  try {
    return x509.publicKey.type === 'public';
  } catch {
    return false;
  }
}

/**
 * Letters that stand for themselves where Node writes names in lines, so that nothing is escaped or joined.
 */
const PLAIN_NAMES = /^[\n !$-*\-./0-9:=?-Z_a-z]*$/;

interface Names {
  readonly commonNames: readonly string[];
  readonly organizations: readonly string[];
}

function namesOf(x509: X509Certificate): Names {
  const { subject } = x509;
  // Node takes a fifth of a millisecond for an object of all that is in a certificate.
  if (subject !== undefined && PLAIN_NAMES.test(subject)) {
    const lines = subject.split('\n');
    return { commonNames: valuesOf('CN=', lines), organizations: valuesOf('O=', lines) };
  }
  const { subject: names } = x509.toLegacyObject() as { subject?: Record<string, string | string[]> };
  return { commonNames: all(names?.CN), organizations: all(names?.O) };
}

function valuesOf(name: string, lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
}

/** Node gives undefined in place of names that are empty, whatever its types say. */
function inOneLine(names: string | undefined): string {
  return names?.replaceAll('\n', ', ') ?? '';
}

function all(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}
