import { duration, integer, oneOf, text } from './setting.ts';

/** `security`: the lowest security profile, and the certificates of charge points. */
export const securitySettings = {
  cpoName: text(
    '',
    'Organization (O) that the certificates of charge points must name. Empty: it is not looked at.',
    { pattern: /^$|^[^\p{Cc}]{1,64}$/u, allowed: 'empty, or at most 64 characters' },
  ),
  minProfile: integer(
    0,
    'Lowest security profile that any charge point may connect with: 1 is a password, 2 a password over TLS, 3 a client certificate; 0 leaves it to each charge point.',
    { min: 0, max: 3 },
  ),
  sealingKeyFile: text(
    '',
    'File with at least 32 secret bytes that the private keys of certificate authorities are sealed with. It must lie outside of dataDir and its backups. Empty: Farad can have no authority of its own.',
  ),
  formerSealingKeyFile: text(
    '',
    'The file that was in security.sealingKeyFile before: what is sealed with it is sealed anew with the present one at the next start.',
  ),
  certificateSubject: oneOf(
    ['check', 'set', 'take'],
    'check',
    'check: a signing request must name the serial number of the charge point (CN) and security.cpoName (O). set: Farad writes them into the certificate, whatever the request says. take: what the request says, unchecked.',
  ),
  certificateLifetime: duration('365d', 'How long a certificate is valid that Farad issues.', {
    min: '1d',
    max: '3650d',
  }),
  signingHook: text(
    '',
    'Where signing requests are sent (POST, JSON) that another certificate authority signs; with a user and password in the URL, if it wants them. Empty: Farad signs, with an authority of its own.',
    { secret: true, pattern: /^$|^https?:\/\//, allowed: 'empty, or an http or https URL' },
  ),
  signingHookTimeout: duration('30s', 'How long security.signingHook may take to answer.', {
    min: '1s',
    max: '5m',
  }),
  signingPatience: duration(
    '30d',
    'How long a signing request waits for its certificate, and a certificate for its charge point, before Farad gives up.',
    { min: '1h' },
  ),
} as const;
