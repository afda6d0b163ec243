import { list, oneOf, text } from './setting.ts';

/** `api.oidc`: log-in to the console by an OpenID provider. */
export const oidcSettings = {
  issuer: text(
    '',
    'Issuer of the OpenID provider that people log in with (https, or http on this machine); its /.well-known/openid-configuration is read. Empty: there is none.',
    { pattern: /^$|^https?:\/\/\S+$/, allowed: 'empty, or an https URL' },
  ),
  clientId: text('', 'Id of Farad as a client of the provider.'),
  clientSecret: text('', 'Secret of that client. Empty: a public client, with PKCE alone.', { secret: true }),
  label: text('OpenID', 'What the button of the log-in calls the provider: Log in with LABEL.', {
    pattern: /^[^\p{Cc}]{1,40}$/u,
    allowed: '1 to 40 characters',
  }),
  requestScopes: list(
    ['openid', 'profile', 'email'],
    'Scopes of OAuth that are asked for; what carries the claims named below must be among them.',
  ),
  nameClaim: text(
    'preferred_username',
    'Claim with the name of a user at the first log-in: letters, digits, dots, dashes, underscores and @.',
    { pattern: /^\S+$/, allowed: 'the name of a claim' },
  ),
  requiredClaims: list(
    [],
    'Who may log in at all: NAME=VALUE of each claim that must be there, in a list of values among others. Any of several values: NAME=VALUE|VALUE.',
  ),
  emailDomains: list(
    [],
    'Domains of the e-mail addresses that may log in, as far as the provider says that the address is verified. Empty: any, or none.',
  ),
  roleClaim: text('groups', 'Claim, a text or a list of texts, by which roles are given.', {
    pattern: /^\S+$/,
    allowed: 'the name of a claim',
  }),
  roles: list(
    [],
    'VALUE=ROLE of api.oidc.roleClaim, for example farad-operators=operator; the highest one counts.',
  ),
  otherwise: oneOf(['refused', 'viewer', 'operator'], 'refused', 'Role of whom api.oidc.roles gives none.'),
  scopeClaim: text('groups', 'Claim, a text or a list of texts, by which charge points are given.', {
    pattern: /^\S+$/,
    allowed: 'the name of a claim',
  }),
  scopes: list(
    [],
    'VALUE=all, VALUE=group:NAME or VALUE=site:NAME of api.oidc.scopeClaim: what somebody may see; several add up, and who has none is refused. Empty: all of them see every charge point.',
  ),
} as const;
