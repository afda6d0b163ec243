import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { OidcProvider } from '../../src/control/oidc/provider.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.ts';

const FARAD = 'http://127.0.0.1:1';
const BACK = `${FARAD}/api/v1/session/oidc/callback`;

let provider: OpenIdProvider;

beforeAll(async () => {
  provider = await startOpenIdProvider();
  provider.serve(FARAD);
});
afterAll(() => provider.close());

/** What Farad has of the provider, and what it logs. */
function known(options: { now?: () => number; timeoutMs?: number } = {}) {
  const flags = {
    'api-oidc-issuer': provider.issuer,
    'api-oidc-client-id': CLIENT.id,
    'api-oidc-client-secret': CLIENT.secret,
    'api-oidc-otherwise': 'viewer',
  };
  const log: string[] = [];
  const { oidc } = loadConfig({ flags }).api;
  return {
    oidc: new OidcProvider(oidc, logTo({ write: (line) => void log.push(line) }, 'info', 'test'), options),
    log,
  };
}

async function departed(oidc: OidcProvider) {
  const departure = await oidc.depart(BACK);
  if (departure === 'provider_away') throw new Error('the provider is away');
  return { secret: departure.secret, state: departure.url.searchParams.get('state') };
}

/** What the provider leads back with: a code that it does not know. */
function answer(state: string | null, iss = provider.issuer): string {
  return new URLSearchParams({ code: 'x', state: state ?? '', iss }).toString();
}

test('whoever comes back has ten minutes for it', async () => {
  let now = 0;
  const { oidc, log } = known({ now: () => now });
  const [soon, late] = [await departed(oidc), await departed(oidc)];
  now = 10 * 60_000 - 1;
  // The provider is asked, and knows no such code.
  expect(await oidc.arrive(answer(soon.state), soon.secret)).toBe('bad_answer');
  expect(log.join('')).toContain('invalid_grant');
  now++;
  expect(await oidc.arrive(answer(late.state), late.secret)).toBe('log_in_expired');
});

test.each([
  ['client_secret_basic', 'Basic', null],
  ['client_secret_post', undefined, CLIENT.secret],
] as const)('the secret of Farad is shown as the provider wants it: %s', async (method, scheme, inBody) => {
  provider.serve(FARAD, { method });
  const { oidc } = known();
  const { secret, state } = await departed(oidc);
  let shown: unknown;
  provider.replace(async (request, response) => {
    shown = [
      request.headers.authorization?.split(' ')[0],
      new URLSearchParams(await text(request)).get('client_secret'),
    ];
    response.writeHead(401).end();
  });
  try {
    expect(await oidc.arrive(answer(state), secret)).toBe('bad_answer');
    expect(shown).toEqual([scheme, inBody]);
  } finally {
    provider.replace(undefined);
  }
});

test('what the provider answers says who it is', async () => {
  const { oidc, log } = known();
  const { secret, state } = await departed(oidc);
  expect(await oidc.arrive(answer(state, 'https://id.example'), secret)).toBe('bad_answer');
  expect(log.join('')).toContain('(issuer) response parameter');
});

test('a provider that says nothing is away, and is asked again by the next one', async () => {
  const { oidc, log } = known({ timeoutMs: 100 });
  provider.replace(() => undefined);
  try {
    expect(await oidc.depart(BACK)).toBe('provider_away');
    expect(log.join('')).toContain('the OpenID provider cannot be asked');
  } finally {
    provider.replace(undefined);
  }
  expect(await oidc.depart(BACK)).not.toBe('provider_away');
});

test('a provider that is another one than it should be is not asked', async () => {
  const { oidc, log } = known();
  provider.replace((_, response) =>
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        issuer: 'https://id.example',
        authorization_endpoint: 'https://id.example/auth',
        token_endpoint: 'https://id.example/token',
      }),
    ),
  );
  try {
    expect(await oidc.depart(BACK)).toBe('provider_away');
    expect(log.join('')).toContain('issuer');
  } finally {
    provider.replace(undefined);
  }
});
