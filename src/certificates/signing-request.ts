import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SubjectNames } from './certificate.ts';
import { readSequence } from './der.ts';
import { isRsaOrEc, weaknessOf } from './key-strength.ts';
import { loadX509, type X509 } from './library.ts';
import { readPem, writePem } from './pem.ts';

/** A PKCS#10 request that could be read (RFC 2986). */
export interface SigningRequest {
  readonly pem: string;
  readonly publicKey: KeyObject;
  readonly subject: SubjectNames;
  /** For `issueCertificate`. */
  readonly parsed: X509.Pkcs10CertificateRequest;
}

/** What the subject of a request is held against; undefined: not checked. */
export interface ExpectedSubject {
  /** The serial number of the charge point, which CN must be (security whitepaper ed. 3 A00.FR.511). */
  readonly commonName: string | undefined;
  /** The operator's name, which must be among its O (A00.FR.407). */
  readonly organization: string | undefined;
}

const WEAK_HASHES: ReadonlySet<string> = new Set(['md5', 'sha1']);

/**
 * Whether a text may be a signing request: one block of PEM with a sequence of three in it. Fast, and says
 * nothing about what is in the three.
 */
export function looksLikeSigningRequest(text: string): boolean {
  const [der, ...more] = readPem(text, 'CERTIFICATE REQUEST');
  return der !== undefined && more.length === 0 && readSequence(der)?.length === 3;
}

/** Reads a signing request; undefined if the text is not one. */
export async function readSigningRequest(text: string): Promise<SigningRequest | undefined> {
  const [der] = readPem(text, 'CERTIFICATE REQUEST');
  if (der === undefined || !looksLikeSigningRequest(text)) return undefined;
  const { Pkcs10CertificateRequest } = await loadX509();
  try {
    const parsed = new Pkcs10CertificateRequest(Buffer.from(der));
    const spki = Buffer.from(parsed.publicKey.rawData);
    return {
      pem: writePem('CERTIFICATE REQUEST', der),
      publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
      subject: {
        commonName: parsed.subjectName.getField('CN')[0] ?? '',
        organizations: parsed.subjectName.getField('O'),
      },
      parsed,
    };
  } catch {
    return undefined;
  }
}

/**
 * What speaks against signing a request, in words (security whitepaper ed. 3 A02.FR.03, A00.FR.501-511);
 * empty where nothing does.
 */
export function problemsOf(request: SigningRequest, expected: ExpectedSubject): string[] {
  const { publicKey, subject } = request;
  const problems: string[] = [];
  if (!isRsaOrEc(publicKey)) problems.push('its key is neither RSA nor of an elliptic curve');
  const weakness = weaknessOf(publicKey);
  if (weakness !== undefined) problems.push(`its key ${weakness}`);
  const broken = signatureProblem(request);
  if (broken !== undefined) problems.push(broken);
  return [...problems, ...problemsOfNames(subject, expected)];
}

/** Returns what is wrong with the names of a subject, in words; empty if nothing is. */
export function problemsOfNames(
  subject: SubjectNames,
  { commonName, organization }: ExpectedSubject,
): string[] {
  const problems: string[] = [];
  if (commonName !== undefined && subject.commonName !== commonName) {
    problems.push(
      `its CN is "${subject.commonName}" and the serial number of the charge point "${commonName}"`,
    );
  }
  if (organization !== undefined && !subject.organizations.includes(organization)) {
    problems.push(`its O is "${subject.organizations.join(', ')}" and the operator's name "${organization}"`);
  }
  return problems;
}

/** Whoever asks must have the private key: the request is signed with it. */
function signatureProblem({ parsed, publicKey }: SigningRequest): string | undefined {
  const { name, hash } = parsed.signatureAlgorithm as {
    readonly name: string;
    readonly hash?: { readonly name: string };
  };
  const digest = hash?.name.replace('-', '').toLowerCase();
  if (digest === undefined) return `its signature is of a kind (${name}) that is not read`;
  if (WEAK_HASHES.has(digest)) return `its signature is made with ${digest}, which is too weak`;
  const [toBeSigned] = readSequence(Buffer.from(parsed.rawData)) ?? [];
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  const key = { key: publicKey, dsaEncoding: 'der' as const, ...(name === 'RSA-PSS' && padding) };
  try {
    if (toBeSigned && verify(digest, toBeSigned.bytes, key, Buffer.from(parsed.signature))) return undefined;
  } catch {
    // A key of another kind than the signature.
  }
  return 'it is not signed with its own key';
}
