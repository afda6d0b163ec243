import { readCertificates } from '../../certificates/certificate.ts';
import { buildChain, type Chain, MAX_CHAIN_LENGTH } from '../../certificates/chain.ts';
import { issueCertificate } from '../../certificates/issue.ts';
import {
  problemsOf,
  problemsOfNames,
  readSigningRequest,
  type SigningRequest,
} from '../../certificates/signing-request.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { CertificateInput } from '../../store/certificate-record.ts';
import { serialNumberOf } from '../../store/known-charge-points.ts';
import type { Signing } from '../../store/signings.ts';
import type { Store } from '../../store/store.ts';
import type { Authorities } from './authorities.ts';
import type { SigningHook } from './signing-hook.ts';

/** How requests are signed. Durations in ms. */
export interface SigningRules {
  /** `security.certificateSubject` */
  readonly subject: 'check' | 'set' | 'take';
  /** `security.cpoName`; empty: not looked at. */
  readonly cpoName: string;
  readonly lifetime: number;
}

export interface SigningTaskOptions {
  readonly store: Pick<Store, 'settings' | 'chargePoints' | 'configurations' | 'certificates'>;
  readonly authorities: Pick<Authorities, 'issuerFor'>;
  /** An outside authority, which then signs everything. */
  readonly hook: SigningHook | undefined;
  readonly rules: SigningRules;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** What signing came to; `problem` in words. */
export type Signed =
  | { readonly kind: 'signed'; readonly chain: string; readonly certificate: CertificateInput }
  | { readonly kind: 'ordered' }
  | { readonly kind: 'refused' | 'later'; readonly problem: string };

/** Has a request signed, by an authority of Farad's own or an outside one. Changes nothing itself. */
export async function signRequest(options: SigningTaskOptions, signing: Signing): Promise<Signed> {
  const { hook, rules, store } = options;
  const request = await readSigningRequest(signing.csr);
  if (request === undefined) return { kind: 'refused', problem: 'the signing request cannot be read' };
  const serialNumber = serialNumberIn(store, signing.chargePointId);
  const problems = [
    ...subjectProblems(request, serialNumber, rules),
    ...keyProblems(request, store.certificates.of(signing.chargePointId)),
  ];
  if (problems.length > 0) {
    return { kind: 'refused', problem: `the signing request is refused: ${problems.join('; ')}` };
  }
  if (hook === undefined) return issue(options, signing, request, serialNumber);
  const { id, chargePointId, receivedAt } = signing;
  const answer = await hook({
    id,
    chargePointId,
    serialNumber: serialNumber ?? null,
    csr: request.pem,
    receivedAt: writeTimestamp(receivedAt),
  });
  switch (answer.kind) {
    case 'later':
      return { kind: 'ordered' };
    case 'retry':
      return { kind: 'later', problem: answer.problem };
    case 'refused':
      return { kind: 'refused', problem: answer.problem };
    case 'certificate':
      return taken(options, signing, answer.certificate);
  }
}

async function taken(options: SigningTaskOptions, signing: Signing, certificate: string): Promise<Signed> {
  const chain = await chainFor(options, signing, certificate);
  return 'problem' in chain
    ? { kind: 'refused', problem: `the certificate of the signing hook does not fit: ${chain.problem}` }
    : signed(options, signing, chain, null);
}

/**
 * What a certificate from outside comes to, PEM with those above it: the chain for the charge point, or in
 * words why it does not fit.
 */
export async function takeCertificate(
  options: Pick<SigningTaskOptions, 'store' | 'clock' | 'rules'>,
  signing: Signing,
  pem: string,
): Promise<Extract<Signed, { kind: 'signed' }> | { readonly problem: string }> {
  const chain = await chainFor(options, signing, pem);
  return 'problem' in chain ? chain : signed(options, signing, chain, null);
}

async function chainFor(
  { store, clock, rules }: Pick<SigningTaskOptions, 'store' | 'clock' | 'rules'>,
  { chargePointId, csr }: Signing,
  pem: string,
): Promise<Chain> {
  const request = await readSigningRequest(csr);
  if (request === undefined) return { problem: 'the signing request cannot be read' };
  const chain = buildChain(pem, request.publicKey, maxChainLength(store, chargePointId));
  if ('problem' in chain) return chain;
  if (chain.leaf.notAfter <= clock()) return { problem: 'it has expired' };
  if (rules.subject === 'take') return chain;
  // The handshake would refuse it by the same rules.
  const [problem] = problemsOfNames(chain.leaf.subject, {
    commonName: serialNumberIn(store, chargePointId),
    organization: nameOf(rules),
  });
  return problem === undefined ? chain : { problem };
}

function serialNumberIn(
  { settings, chargePoints }: SigningTaskOptions['store'],
  chargePointId: string,
): string | undefined {
  return serialNumberOf(settings.get(chargePointId), chargePoints.get(chargePointId));
}

/** What O has to be; undefined where it is not looked at. */
function nameOf({ cpoName }: SigningRules): string | undefined {
  return cpoName === '' ? undefined : cpoName;
}

async function issue(
  options: SigningTaskOptions,
  signing: Signing,
  request: SigningRequest,
  serialNumber: string | undefined,
): Promise<Signed> {
  const { authorities, rules, store, clock } = options;
  const issuer = authorities.issuerFor(request.publicKey);
  if (typeof issuer === 'string') return { kind: 'later', problem: issuer };
  const { authority, issuingKey } = issuer;
  const leaf = await issueCertificate(authority, issuingKey, {
    request,
    ...(rules.subject === 'set' && {
      commonName: serialNumber,
      organization: nameOf(rules),
    }),
    now: clock(),
    lifetime: rules.lifetime,
  });
  const whole = leaf.pem + authority.issuingCertificate;
  const chain = buildChain(whole, request.publicKey, maxChainLength(store, signing.chargePointId));
  return 'problem' in chain
    ? { kind: 'refused', problem: chain.problem }
    : signed(options, signing, chain, authority.id);
}

function signed(
  { clock }: Pick<SigningTaskOptions, 'clock'>,
  { chargePointId }: Signing,
  { leaf, pem }: Exclude<Chain, { problem: string }>,
  authority: string | null,
): Extract<Signed, { kind: 'signed' }> {
  const { sha256, serial, subject, notBefore, notAfter } = leaf;
  return {
    kind: 'signed',
    chain: pem,
    certificate: {
      sha256,
      serial,
      chargePointId,
      commonName: subject.commonName,
      organization: subject.organizations.join(', '),
      authority,
      notBefore,
      notAfter,
      pem: leaf.pem,
      state: 'issued',
      issuedAt: clock(),
      installedAt: null,
      revokedAt: null,
      reason: null,
      closing: false,
    },
  };
}

function subjectProblems(
  request: SigningRequest,
  serialNumber: string | undefined,
  rules: SigningRules,
): string[] {
  if (rules.subject !== 'check')
    return problemsOf(request, { commonName: undefined, organization: undefined });
  const problems = problemsOf(request, { commonName: serialNumber, organization: nameOf(rules) });
  if (serialNumber !== undefined) return problems;
  return [
    ...problems,
    'nobody knows the serial number of the charge point, which it must name: it has told none, and its settings have none',
  ];
}

/** Whoever has stolen the key could use its next certificate as well. */
function keyProblems({ publicKey }: SigningRequest, known: readonly CertificateInput[]): string[] {
  return known
    .filter(({ state, reason }) => state === 'revoked' && reason === 'keyCompromise')
    .filter(({ pem }) => readCertificates(pem)?.[0]?.x509.publicKey.equals(publicKey))
    .map(({ serial }) => `its key is that of the certificate ${serial}, which is revoked: keyCompromise`);
}

/** CertificateSignedMaxChainSize, where the charge point has told it (security whitepaper ed. 3 §7.3). */
function maxChainLength({ configurations }: SigningTaskOptions['store'], chargePointId: string): number {
  const told = Number(configurations.get(chargePointId, 'CertificateSignedMaxChainSize')?.value);
  return Number.isInteger(told) && told > 0 ? told : MAX_CHAIN_LENGTH;
}
