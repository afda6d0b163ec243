import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';

const FINE = {
  'api-oidc-issuer': 'https://id.example/realms/staff',
  'api-oidc-client-id': 'farad',
  'api-oidc-roles': 'farad-admins=admin',
};

test('an OpenID provider is described completely, or not at all', () => {
  expect(loadConfig({ flags: {} }).api.oidc.issuer).toBe('');
  expect(loadConfig({ flags: FINE }).api.oidc).toMatchObject({ clientId: 'farad', clientSecret: '' });
  expect(loadConfig({ flags: { ...FINE, 'api-oidc-issuer': 'http://127.0.0.1:9000' } }).api.oidc.issuer).toBe(
    'http://127.0.0.1:9000',
  );
});

test.each([
  [{ 'api-oidc-issuer': 'http://id.example' }, 'api.oidc.issuer must be an https URL'],
  [
    { 'api-oidc-issuer': 'https://id.example/.well-known/openid-configuration' },
    'api.oidc.issuer must be the issuer alone',
  ],
  [{ 'api-public-url': 'https://farad.example/console' }, 'api.publicUrl must be'],
  [{ 'api-oidc-client-id': '' }, 'api.oidc.clientId must be set'],
  [{ 'api-oidc-roles': '' }, 'api.oidc.roles must give somebody a role'],
  [{ 'api-oidc-roles': 'farad-admins' }, 'api.oidc.roles must be VALUE=ROLE'],
  [{ 'api-oidc-roles': 'farad-admins=root' }, 'api.oidc.roles has no role root'],
  [{ 'api-oidc-scopes': 'north=Depot north' }, 'api.oidc.scopes must be VALUE=all'],
  [{ 'api-oidc-required-claims': '=x' }, 'api.oidc.requiredClaims must be NAME=VALUE'],
  [{ 'api-oidc-request-scopes': 'profile' }, 'api.oidc.requestScopes must have openid'],
])('%o is refused with its name', (flags, problem) => {
  expect(() => loadConfig({ flags: { ...FINE, ...flags } })).toThrow(problem);
});
