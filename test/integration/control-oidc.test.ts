import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Passwords } from '../../src/control/passwords.ts';
import { UserAccounts } from '../../src/control/users.ts';
import { ask, ConsoleTab } from '../support/api-client.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import {
  CLIENT,
  type Forgery,
  LedBrowser,
  newKey,
  type OpenIdProvider,
  startOpenIdProvider,
} from '../support/openid-provider.ts';

const ALL = { authorization: `Bearer ${API_KEY}` };

let provider: OpenIdProvider;
let control: ControlUnderTest;

beforeAll(async () => {
  provider = await startOpenIdProvider();
  control = await startControl((config) => ({
    ...config,
    trustedProxies: ['127.0.0.1'],
    api: {
      ...config.api,
      oidc: {
        ...config.api.oidc,
        issuer: provider.issuer,
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        label: 'Contoso',
        emailDomains: ['example.org'],
        roles: ['farad-operators=operator', 'farad-admins=admin'],
        scopes: ['farad-admins=all', 'depot-north=group:Depot north', 'depot-north=site:north'],
      },
    },
  }));
  provider.serve(control.base);
});
afterAll(async () => {
  await control.close();
  await provider.close();
});

function account(login: string, groups: readonly string[], more: object = {}): void {
  provider.accounts.set(login, {
    sub: login,
    preferred_username: login,
    name: `${login} of Contoso`,
    email: `${login}@Example.org`,
    email_verified: true,
    groups,
    ...more,
  });
}

const session = (browser: LedBrowser) =>
  ask(control, 'GET', '/session', { cookie: browser.cookiesFor(new URL(control.base)) });

describe('a log-in by an OpenID provider', () => {
  test('makes a user with the role and the charge points that the claims give, and begins a session', async () => {
    expect((await ask(control, 'GET', '/log-in-methods', {})).body).toEqual({ oidc: { label: 'Contoso' } });
    account('anna', ['farad-operators', 'depot-north', 'staff']);
    const browser = new LedBrowser();
    expect((await browser.logIn(control.base, 'anna')).href).toBe(`${control.base}/#logged-in`);
    const { body } = await session(browser);
    expect(body).toMatchObject({
      kind: 'user',
      id: 'anna',
      displayName: 'anna of Contoso',
      role: 'operator',
      scope: { groups: ['Depot north'], sites: ['north'] },
      hasPassword: false,
      owesPassword: false,
    });
    expect((await ask(control, 'GET', '/users/anna', ALL)).body).toMatchObject({
      provider: provider.issuer,
      passwordKind: 'none',
      lastLogInAt: expect.any(String),
    });
    const { body: audit } = await ask(control, 'GET', '/audit?operation=logInByOidc&limit=1', ALL);
    expect(audit.items).toMatchObject([
      { actor: 'anna', kind: 'user', status: 303, outcome: 'ok', target: {} },
    ]);
  });

  test('brings what the claims give by now, to the same user under whatever name', async () => {
    account('bert', ['farad-operators', 'depot-north']);
    await new LedBrowser().logIn(control.base, 'bert');
    account('bert', ['farad-admins'], { preferred_username: 'robert', name: 'Robert' });
    const browser = new LedBrowser();
    await browser.logIn(control.base, 'bert');
    expect((await session(browser)).body).toMatchObject({
      id: 'bert',
      displayName: 'Robert',
      role: 'admin',
      scope: null,
    });
  });

  test.each([
    ['no_role', ['depot-north'], {}],
    ['no_charge_points', ['farad-operators'], {}],
    ['not_allowed', ['farad-admins'], { email: 'x@example.org.evil.example' }],
    ['not_allowed', ['farad-admins'], { email_verified: false }],
    ['no_name', ['farad-admins'], { preferred_username: 'no name at all' }],
    ['name_taken', ['farad-admins'], { preferred_username: 'LOCAL' }],
  ])('is refused with %s, without a session or a user', async (code, groups, more) => {
    await ask(control, 'POST', '/users', ALL, { name: 'local', role: 'viewer' });
    account('stranger', groups, { preferred_username: 'stranger', ...more });
    const browser = new LedBrowser();
    expect((await browser.logIn(control.base, 'stranger')).hash).toBe(`#refused=${code}`);
    expect((await session(browser)).status).toBe(401);
    expect((await ask(control, 'GET', '/users/stranger', ALL)).status).toBe(404);
    const { body } = await ask(control, 'GET', '/audit?operation=logInByOidc&limit=1', ALL);
    expect(body.items).toMatchObject([{ actor: '', status: 303, outcome: code }]);
  });

  test('is no way past an admin: who is disabled stays out, and nobody gets a password beside it', async () => {
    account('dora', ['farad-admins']);
    const browser = new LedBrowser();
    await browser.logIn(control.base, 'dora');
    const cookie = browser.cookiesFor(new URL(control.base));
    const own = { password: 'x', newPassword: 'a password of her own' };
    const from = { cookie, origin: control.base };
    expect((await ask(control, 'PUT', '/session/password', from, own)).code).toBe('no_password');
    const off = { displayName: 'dora of Contoso', role: 'admin', scope: null, enabled: false };
    await ask(control, 'PUT', '/users/dora', ALL, off);
    expect((await session(browser)).status).toBe(401);
    expect((await new LedBrowser().logIn(control.base, 'dora')).hash).toBe('#refused=user_disabled');
    expect((await ask(control, 'PUT', '/users/dora/password', ALL, {})).code).toBe('user_of_provider');
    expect((await new ConsoleTab(control).logIn('dora', '')).status).toBe(422);
    expect((await new ConsoleTab(control).logIn('dora', 'undefined')).code).toBe('wrong_password');
  });

  test('makes one user of somebody who comes twice at once', async () => {
    const accounts = new UserAccounts(control.store, new Passwords());
    const vouched = { issuer: 'https://id.example', subject: '7', role: 'viewer' } as const;
    const come = (name: string) =>
      accounts.vouchedFor({ ...vouched, name, displayName: undefined, scope: undefined });
    expect(await Promise.all([come('ida'), come('ida'), come('ida.b')])).toMatchObject([
      { name: 'ida' },
      { name: 'ida' },
      { name: 'ida' },
    ]);
  });

  test('ends at the provider, too', async () => {
    account('emil', ['farad-admins']);
    const browser = new LedBrowser();
    await browser.logIn(control.base, 'emil');
    const cookie = browser.cookiesFor(new URL(control.base));
    const left = await ask(control, 'DELETE', '/session', { cookie, origin: control.base });
    expect(left.status).toBe(200);
    const { origin, searchParams } = new URL(left.body.next);
    expect([origin, searchParams.get('post_logout_redirect_uri')]).toEqual([
      provider.issuer,
      `${control.base}/`,
    ]);
    expect((await session(browser)).status).toBe(401);
    const page = await browser.go(left.body.next);
    expect(page.text).toContain('Do you want to sign-out');
  });
});

describe('what comes back from the provider', () => {
  const detoured = async (change: (query: URLSearchParams) => void) => {
    account('fritz', ['farad-admins']);
    const browser = new LedBrowser();
    browser.detour = (address) => {
      if (address.origin === provider.issuer && address.pathname === '/auth') change(address.searchParams);
      return address;
    };
    const { hash } = await browser.logIn(control.base, 'fritz');
    return [hash, (await session(browser)).status];
  };

  test('has the nonce of this log-in', async () => {
    expect(await detoured((query) => query.set('nonce', 'of-another-log-in'))).toEqual([
      '#refused=bad_answer',
      401,
    ]);
  });

  test('has the state of this log-in', async () => {
    expect(await detoured((query) => query.set('state', 'of-another-log-in'))).toEqual([
      '#refused=log_in_expired',
      401,
    ]);
  });

  test('is worth nothing to whoever has not the verifier of its challenge', async () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    expect(await detoured((query) => query.set('code_challenge', challenge))).toEqual([
      '#refused=bad_answer',
      401,
    ]);
  });

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
  const untouched: Forgery['change'] = (claims) => claims;

  test.each<[string, Forgery, string]>([
    ['as it is', { change: untouched }, '#logged-in'],
    [
      'over for less than clocks may differ',
      { change: (claims) => ({ ...claims, exp: inSeconds(-10) }) },
      '#logged-in',
    ],
    ['over', { change: (claims) => ({ ...claims, exp: inSeconds(-60) }) }, '#refused=bad_answer'],
    ['for another client', { change: (claims) => ({ ...claims, aud: 'another' }) }, '#refused=bad_answer'],
    [
      'of another issuer',
      { change: (claims) => ({ ...claims, iss: 'https://id.example' }) },
      '#refused=bad_answer',
    ],
    ['about somebody else', { change: (claims) => ({ ...claims, sub: 'anna' }) }, '#refused=bad_answer'],
    ['signed by another key', { change: untouched, key: newKey() }, '#refused=bad_answer'],
  ])('is an ID token: one that is %s', async (_, forgery, hash) => {
    account('hanna', ['farad-admins']);
    provider.forge(forgery);
    try {
      expect((await new LedBrowser().logIn(control.base, 'hanna')).hash).toBe(hash);
    } finally {
      provider.forge(undefined);
    }
  });

  test('is for the browser that departed, and for once', async () => {
    account('gerda', ['farad-admins']);
    const browser = new LedBrowser();
    let callback = '';
    browser.detour = (address) => {
      if (!address.pathname.endsWith('/callback')) return address;
      callback = address.href;
      return new URL('/healthz', control.base);
    };
    await browser.logIn(control.base, 'gerda');
    browser.detour = (address) => address;
    const other = new LedBrowser();
    expect((await other.go(callback)).url.hash).toBe('#refused=log_in_expired');
    await other.go(`${control.base}/api/v1/session/oidc`);
    expect((await other.go(callback)).url.hash).toBe('#refused=log_in_expired');
    expect((await browser.go(callback)).url.hash).toBe('#logged-in');
    expect((await browser.go(callback)).url.hash).toBe('#refused=log_in_expired');
  });

  test('may be a refusal', async () => {
    const browser = new LedBrowser();
    const begun = await browser.go(`${control.base}/api/v1/session/oidc`);
    const { url } = await browser.go(`${begun.url.href}/abort`);
    expect(url.hash).toBe('#refused=provider_refused');
  });
});

test('behind a proxy that is trusted, the provider leads back to where the browser is', async () => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'farad.example' };
  const response = await fetch(`${control.base}/api/v1/session/oidc`, { redirect: 'manual', headers });
  const to = new URL(response.headers.get('location') ?? '');
  expect(to.searchParams.get('redirect_uri')).toBe('https://farad.example/api/v1/session/oidc/callback');
  expect(response.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/);
  expect(to.searchParams.get('code_challenge_method')).toBe('S256');
});

test('an address begins so many log-ins and no more', async () => {
  const begin = (address: string) =>
    fetch(`${control.base}/api/v1/session/oidc`, {
      method: 'HEAD',
      redirect: 'manual',
      headers: { 'x-forwarded-for': address },
    });
  for (let times = 0; times < 60; times++) expect((await begin('192.0.2.7')).status).toBe(303);
  expect((await begin('192.0.2.7')).status).toBe(429);
  expect((await begin('192.0.2.8')).status).toBe(303);
});

test('while the provider is away, keys and passwords go on, and the reason is told', async () => {
  const elsewhere = await startOpenIdProvider();
  const another = await startControl((config) => ({
    ...config,
    api: {
      ...config.api,
      publicUrl: 'https://farad.example/',
      oidc: {
        ...config.api.oidc,
        issuer: elsewhere.issuer,
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        otherwise: 'viewer',
      },
    },
  }));
  try {
    const lead = async () => {
      const response = await fetch(`${another.base}/api/v1/session/oidc`, { redirect: 'manual' });
      return response.headers.get('location') ?? '';
    };
    expect(await lead()).toBe('/#refused=provider_away');
    expect(another.log.join('')).toContain('the OpenID provider cannot be asked');
    expect((await new ConsoleTab(another).ask('POST', '/session', { key: API_KEY })).status).toBe(200);
    const { body } = await another.send('POST', '/api/v1/users', { json: { name: 'anna', role: 'viewer' } });
    expect((await new ConsoleTab(another).logIn('anna', body.oneTimePassword)).status).toBe(200);
    elsewhere.serve(another.base);
    expect(new URL(await lead()).searchParams.get('redirect_uri')).toBe(
      'https://farad.example/api/v1/session/oidc/callback',
    );
  } finally {
    await another.close();
    await elsewhere.close();
  }
});
