import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { readOidcMapping } from '../../../src/config/oidc-check.ts';
import { vouchedBy } from '../../../src/control/oidc/claims.ts';

const CLAIMS = {
  iss: 'https://id.example',
  sub: '7',
  preferred_username: 'anna',
  groups: ['ops', 'north', 'south'],
};

function vouched(claims: object, flags: Record<string, string>) {
  const { oidc } = loadConfig({ flags: { 'api-oidc-roles': 'ops=operator', ...flags } }).api;
  return vouchedBy({ ...CLAIMS, ...claims }, oidc, readOidcMapping(oidc));
}

test('claims have the names and the values that the settings say, one or several of them', () => {
  expect(vouched({ groups: 'ops' }, {})).toMatchObject({ name: 'anna', role: 'operator', scope: undefined });
  const flags = {
    'api-oidc-role-claim': 'level',
    'api-oidc-roles': '7=admin,3=viewer',
    'api-oidc-name-claim': 'upn',
  };
  expect(vouched({ level: [3, 7], upn: 'anna@example.org' }, flags)).toMatchObject({
    name: 'anna@example.org',
    role: 'admin',
  });
});

test('charge points of several values add up, and one that gives all gives all', () => {
  const scopes = {
    'api-oidc-scopes': 'north=group:Depot north,south=group:Depot = south,south=site:south,root=all',
  };
  expect(vouched({}, scopes)).toMatchObject({
    scope: { groups: ['Depot north', 'Depot = south'], sites: ['south'] },
  });
  expect(vouched({ groups: ['ops', 'north', 'root'] }, scopes)).toMatchObject({ scope: undefined });
  expect(vouched({ groups: ['ops'] }, scopes)).toBe('no_charge_points');
});

test('nobody comes in without a claim that is required, whatever else is given', () => {
  const required = { 'api-oidc-required-claims': 'tenant=a|b,mfa=true' };
  expect(vouched({ tenant: 'b', mfa: true }, required)).toMatchObject({ role: 'operator' });
  expect(vouched({ tenant: ['x', 'a'], mfa: 'true' }, required)).toMatchObject({ role: 'operator' });
  expect(vouched({ tenant: 'c', mfa: true }, required)).toBe('not_allowed');
  expect(vouched({ tenant: 'a' }, required)).toBe('not_allowed');
});

test('what is no text gives nothing', () => {
  for (const groups of [undefined, null, {}, [['ops']], { ops: true }])
    expect(vouched({ groups }, {})).toBe('no_role');
  expect(vouched({ groups: null }, { 'api-oidc-otherwise': 'viewer' })).toMatchObject({ role: 'viewer' });
});
