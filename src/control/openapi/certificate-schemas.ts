import { AUTHORITY_ALGORITHMS } from '../../certificates/authority.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, PRINTED, text, time } from './shapes.ts';

const name = (description: string): Schema =>
  text(description, { minLength: 1, maxLength: 64, pattern: PRINTED });
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
} as const satisfies Record<string, Schema>;
