import { AUTHORITY_ALGORITHMS } from '../../certificates/authority.ts';
import { REVOCATION_REASONS } from '../../certificates/revocation-list.ts';
import { CERTIFICATE_STATES } from '../../store/certificate-record.ts';
import { INSTALLED_CERTIFICATE_TYPES } from '../../store/installed-certificates.ts';
import { SIGNING_STATES } from '../../store/signings.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

const name = (description: string): Schema =>
  text(description, { minLength: 1, maxLength: 64, pattern: PRINTED });
const certificateType: Schema = {
  type: 'string',
  enum: INSTALLED_CERTIFICATE_TYPES,
  description: 'What it is for.',
};
const reason: Schema = { type: 'string', enum: REVOCATION_REASONS };
const algorithm: Schema = {
  type: 'string',
  enum: AUTHORITY_ALGORITHMS,
  description:
    'What its certificates are signed with, by SHA-256: ECDSA on P-256, RSA-PSS, or RSA by PKCS#1 v1.5 for charge points that do not know PSS.',
};

/** Certificates of charge points, and who issues them. */
export const certificateSchemas = {
  NewCertificateAuthority: object(
    'A certificate authority to be.',
    {
      algorithm,
      commonName: name('CN of its root. Absent: `Farad`.'),
      organization: name('O of its certificates. Absent: `security.cpoName`.'),
    },
    ['commonName', 'organization'],
  ),
  CertificateAuthority: object('A certificate authority of this Farad, without its private keys.', {
    id: text('Chosen by Farad.'),
    algorithm,
    createdAt: time('When it was made.'),
    expiresAt: time('It issues nothing after this.'),
    canIssue: {
      type: 'boolean',
      description: 'False where its keys cannot be opened with `security.sealingKeyFile`, or it has expired.',
    },
    fingerprint: text('SHA-256 of its root in hexadecimal, to be compared where the root is installed.'),
    rootCertificate: text('PEM. What is to be installed where its certificates are to be trusted.'),
    issuingCertificate: text('PEM. Stands between the root and the certificates of charge points.'),
  }),
  CertificateAuthorities: object('Who issues the certificates of charge points.', {
    outside: {
      type: 'boolean',
      description: 'Signing requests go to `security.signingHook`, and not to an authority of Farad.',
    },
    canSeal: { type: 'boolean', description: 'Whether `security.sealingKeyFile` is set.' },
    authorities: list(
      { $ref: '#/components/schemas/CertificateAuthority' },
      'Newest first. Certificates of all of them are good; new ones are issued by the newest with the kind of key of the request, else by the newest.',
    ),
    current: maybe(text('Id of the newest that can issue.')),
  }),
  Certificate: object('A client certificate of a charge point.', {
    serial: text('Hexadecimal, without leading zeros.'),
    sha256: text('Of its DER, hexadecimal.'),
    chargePointId: text('Whose it is.'),
    commonName: text('CN.'),
    organization: text('O.'),
    authority: maybe(text('Id of the authority of Farad that issued it; null for any other.')),
    notBefore: time('Valid from.'),
    notAfter: time('Valid until.'),
    state: {
      type: 'string',
      enum: CERTIFICATE_STATES,
      description:
        'issued: nobody knows whether the charge point has it, and it is good all the same. installed: the charge point accepted it. rejected: it did not. revoked: it is refused.',
    },
    issuedAt: time('When Farad issued it, or it was registered.'),
    installedAt: maybe(time('When the charge point accepted it.')),
    revokedAt: maybe(time('When it was revoked.')),
    reason: maybe({ ...reason, description: 'Why it was revoked.' }),
    certificate: text('PEM.'),
  }),
  CertificatePage: pageOf('Certificate'),
  KnownCertificate: object('A certificate that another authority has issued for a charge point.', {
    chargePointId: text('Whose it is.', { minLength: 1, maxLength: 255 }),
    certificate: text('PEM; only the first certificate is read.', { minLength: 1, maxLength: 20_000 }),
  }),
  Revocation: object('A revocation.', { reason: { ...reason, description: 'As revocation lists say it.' } }, [
    'reason',
  ]),
  CertificateRequest: object('What a charge point wants to have signed (SignCertificate).', {
    id: text('Chosen by Farad.'),
    chargePointId: text('Who asks.'),
    csr: text('The request, as it came.'),
    receivedAt: time('When it came.'),
    state: {
      type: 'string',
      enum: SIGNING_STATES,
      description:
        'received: to be signed. ordered: an outside authority has it. signed: to be sent. sending: under way. installed, rejected: as the charge point answered. refused: nobody will sign it. failed: given up. superseded: the charge point has made another request.',
    },
    problem: maybe(text('What keeps it from going on, or why it ended as it did.')),
    attempts: whole('How often somebody was asked to sign it.'),
    sendings: whole('How often the certificate was sent.'),
    serial: maybe(text('Of its certificate.')),
    endedAt: maybe(time('Null while more may come.')),
  }),
  CertificateRequestPage: pageOf('CertificateRequest'),
  CertificateHashData: object('What a charge point names a certificate by (CertificateHashDataType).', {
    hashAlgorithm: { type: 'string', enum: ['SHA256', 'SHA384', 'SHA512'] },
    issuerNameHash: text('Hexadecimal, over the name of the issuer.', { maxLength: 256 }),
    issuerKeyHash: text('Hexadecimal, over the public key of the issuer.', { maxLength: 256 }),
    serialNumber: text('Hexadecimal.', { maxLength: 256 }),
  }),
  InstalledCertificates: object('Roots of a type at a charge point.', {
    certificateType,
    certificates: {
      type: ['array', 'null'],
      items: object('A root.', {
        hashData: { $ref: '#/components/schemas/CertificateHashData' },
        subject: maybe(text("Whose it is, where Farad has sent it or it is Farad's own.")),
      }),
      description: 'As the charge point reported them; null while it was never asked.',
    },
    toldAt: maybe(time('When it reported them.')),
    changedSince: {
      type: 'boolean',
      description: 'Something was installed or deleted since, or may have been.',
    },
  }),
  InstalledCertificatesList: object('Roots at a charge point.', {
    items: list({ $ref: '#/components/schemas/InstalledCertificates' }, 'By type.'),
  }),
  InstalledCertificatesAnswer: object('What a charge point answered, and what it has then.', {
    answer: { $ref: '#/components/schemas/CallAnswer' },
    warnings: list({ $ref: '#/components/schemas/Warning' }),
    items: list({ $ref: '#/components/schemas/InstalledCertificates' }, 'By type.'),
  }),
  InstalledCertificatesQuestion: object('Which roots to ask for.', { certificateType }),
  RootToInstall: object('A root for a charge point.', {
    certificateType,
    certificate: text('PEM, of at most 5500 characters once its line ends are LF.', {
      minLength: 1,
      maxLength: 8000,
    }),
  }),
  RootToDelete: object('A root to be deleted.', {
    certificateHashData: { $ref: '#/components/schemas/CertificateHashData' },
  }),
  ManufacturerRoot: object('Who may sign firmware, or let others sign it.', {
    sha256: text('Of its DER, hexadecimal.'),
    subject: text('Whose it is.'),
    issuer: text('Who issued it: itself, or a root that was here before.'),
    notBefore: time('Valid from.'),
    notAfter: time('Valid until.'),
    note: maybe(text('As an operator wrote it.')),
    addedAt: time('When it was added.'),
    certificate: text('PEM.'),
  }),
  ManufacturerRootPage: pageOf('ManufacturerRoot'),
  NewManufacturerRoot: object(
    'A root of a manufacturer to be.',
    {
      certificate: text('PEM, of one certificate and nothing else.', { minLength: 1, maxLength: 8000 }),
      note: text('Where it comes from, or whose charge points it is for.', {
        minLength: 1,
        maxLength: 500,
        pattern: PRINTED,
      }),
    },
    ['note'],
  ),
  SignedCertificate: object('What an outside authority has signed.', {
    certificate: text('PEM: the certificate and those above it, in any order.', {
      minLength: 1,
      maxLength: 60_000,
    }),
  }),
} as const satisfies Record<string, Schema>;
