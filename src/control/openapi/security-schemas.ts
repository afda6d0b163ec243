import { CERTIFICATE_STATES } from '../../store/certificate-record.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, text, time, whole } from './shapes.ts';

export const profile: Schema = {
  type: 'integer',
  enum: [0, 1, 2, 3],
  description: '1: password; 2: password over TLS; 3: client certificate; 0: none of these.',
};

const count = (description: string): Schema => whole(description, { minimum: 0 });

/** Of an open socket. */
export const tlsParameters: Schema = maybe(
  object(
    'What its TLS handshake agreed on; null without TLS, on uWebSockets.js, and where TLS ends at a proxy.',
    {
      protocol: text('`TLSv1.2` or `TLSv1.3`.'),
      cipher: text('The cipher suite by its name at IANA: `TLS_AES_128_GCM_SHA256`.'),
    },
  ),
);

/** How charge points authenticate. */
export const securitySchemas = {
  MissingPrerequisite: object('What stands in the way of a security profile.', {
    code: {
      type: 'string',
      enum: ['authorization_key', 'tls_endpoint', 'central_system_root', 'client_certificate'],
    },
    message: text('For people; may change.'),
  }),

  SecuritySummary: object('How a charge point authenticates, in short.', {
    profile: maybe({
      ...profile,
      description: 'That it has to use, else by which it connected last; null where neither is known.',
    }),
    pending: {
      type: 'boolean',
      description: 'It was asked to use a higher one, and has not connected on it yet.',
    },
    certificateExpiresAt: maybe(
      time('End of its newest certificate that it has installed, else of the newest that was issued to it.'),
    ),
  }),

  FleetSecurity: object('Charge points by how they authenticate.', {
    countedAt: time('When they were counted.'),
    chargePoints: count('All.'),
    profiles: object('By the profile that they have to use, else by which they connected last.', {
      0: count('Neither password nor certificate.'),
      1: count('Password.'),
      2: count('Password over TLS.'),
      3: count('Client certificate.'),
      unknown: count('Neither fixed nor ever connected.'),
    }),
    pending: count('Asked to use a higher profile, and not connected on it yet.'),
    minProfile: whole('`security.minProfile`: nobody connects with less.'),
    certificates: object('Client certificates that charge points show.', {
      good: count('Good for longer than 30 days.'),
      expiring: count('End within 30 days.'),
      expired: count('Have ended.'),
    }),
    requests: object('Requests of charge points for certificates.', {
      open: count('More may come of them.'),
      failed: count('The last one of a charge point, which came to nothing.'),
    }),
  }),

  ChargePointSecurity: object('How a charge point authenticates.', {
    id: text('Identity of the charge point.'),
    profile: maybe({
      ...profile,
      description: 'The one security profile that it has to use; null: whichever it authenticates by.',
    }),
    profileFrom: maybe({
      type: 'string',
      enum: ['operator', 'charge-point'],
      description:
        'Who brought it there: an operator who decided, or the charge point, which has connected on a profile that it was told to change to.',
    }),
    reachedAt: maybe(time('When the charge point connected on it first; null where an operator decided.')),
    pending: list(
      object('A higher profile that it was asked to change to.', {
        profile,
        since: time('When it was asked.'),
        accepted: { type: 'boolean', description: 'False while nobody knows whether it took it.' },
      }),
      'With these it may connect as well. The first connection on one ends those that are lower, for good.',
    ),
    minProfile: whole('`security.minProfile`: nobody connects with less.'),
    connection: maybe(
      object('Its open socket.', {
        profile: maybe({ ...profile, description: 'By which it was recognised.' }),
        connectedAt: time('Since when.'),
        certificate: maybe(text('SHA-256 of the client certificate that it showed, in hexadecimal.')),
        tls: tlsParameters,
      }),
    ),
    serialNumber: maybe(
      text(
        'What the common name of its certificate must be: of its settings, else of its last BootNotification.',
      ),
    ),
    password: object('Its key. The key itself is never shown.', {
      state: {
        type: 'string',
        enum: ['none', 'held', 'changing'],
        description: 'changing: it was given a new one, and nobody knows yet which one it uses.',
      },
      setAt: maybe(time('When the newest one was set; null where nobody noted it.')),
      setBy: maybe({ type: 'string', enum: ['operator', 'ocpp'], description: 'How it was set.' }),
    }),
    certificates: list(
      object('A client certificate that was issued to it.', {
        sha256: text('Of its DER, in hexadecimal.'),
        serial: text('Serial number of the certificate.'),
        commonName: text('CN.'),
        organization: text('O.'),
        issuer: text('Who issued it, as the certificate names it.'),
        notBefore: time('Valid from.'),
        notAfter: time('Valid until.'),
        state: { type: 'string', enum: CERTIFICATE_STATES },
      }),
    ),
    missing: list(
      object('What it lacks for a profile, as far as Farad knows.', {
        profile,
        items: list({ $ref: '#/components/schemas/MissingPrerequisite' }),
      }),
    ),
  }),

  SecurityDecision: object(
    'What an operator decides about the security profile of a charge point.',
    {
      profile: maybe({
        ...profile,
        description: 'With which it has to connect; null: whichever it authenticates by.',
      }),
      reason: text('Why; needed to lower it, and kept in the audit trail.', { minLength: 1, maxLength: 500 }),
    },
    ['reason'],
  ),
} as const satisfies Record<string, Schema>;
