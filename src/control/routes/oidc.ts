import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/schema.ts';
import type { Store } from '../../store/store.ts';
import { AttemptLimit } from '../attempt-limit.ts';
import { readCookie } from '../cookies.ts';
import { tooManyAttempts } from '../errors.ts';
import { type LogIns, principalOf } from '../log-ins.ts';
import type { OidcProvider, OidcRefusal } from '../oidc/provider.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { countLogIn, isSecure, originOf } from '../session-origin.ts';
import type { UserAccounts } from '../users.ts';

const tag = 'Access';
const scope = 'same';
const path = '/api/v1/session/oidc';
/** Log-ins that an address may begin within a minute: so that strangers do not push out those of others. */
const MAX_DEPARTURES = 60;
const WINDOW_MS = 60_000;
/** Of the browser that departed; it comes back from another site, so `Strict` would keep it. */
const COOKIE = 'farad_oidc';
const COOKIE_SECONDS = 600;

const methods: Operation = {
  id: 'getLogInMethods',
  method: 'GET',
  path: '/api/v1/log-in-methods',
  tag,
  scope,
  summary: 'How people may log in',
  description: 'Beside API keys, and names with passwords, which anybody may have.',
  responses: { 200: json('The ways.', ref('LogInMethods'), { oidc: { label: 'Contoso' } }) },
  open: true,
};

const depart: Operation = {
  id: 'beginOidcLogIn',
  method: 'GET',
  path,
  tag,
  scope,
  summary: 'Log in by the OpenID provider',
  description:
    'For browsers: leads to the provider (`api.oidc.*`), or back to the console where that is away.',
  responses: { 303: { description: 'To the provider, or back.' } },
  errors: ['too_many_attempts'],
  open: true,
};

const arrive: Operation = {
  id: 'logInByOidc',
  method: 'GET',
  path: `${path}/callback`,
  tag,
  scope,
  summary: 'Come back from the OpenID provider',
  description:
    'Where the provider sends browsers to: this is the redirect URI that it has to know. Leads to the console, logged in or with the reason why not.',
  anyQuery: true,
  responses: { 303: { description: 'To the console.' } },
  open: true,
};

export interface OidcDeps {
  readonly provider: OidcProvider | undefined;
  readonly logIns: LogIns;
  readonly accounts: UserAccounts;
  readonly config: Pick<Config, 'api'>;
  readonly store: Pick<Store, 'users'>;
}

export function addOidcRoutes(
  app: FastifyInstance,
  { provider, logIns, accounts, config, store }: OidcDeps,
): void {
  addRoute(app, methods, () => ({ oidc: provider ? { label: provider.label } : null }));
  if (!provider) return;

  const limit = new AttemptLimit(MAX_DEPARTURES, WINDOW_MS);
  addRoute(app, depart, async (request, reply) => {
    const waitMs = limit.waitOf(request.ip);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    limit.begin(request.ip);
    const departure = await provider.depart(`${publicUrl(request, config)}${arrive.path}`);
    if (departure === 'provider_away') return refuse(reply, departure);
    reply.header('set-cookie', cookieOf(departure.secret, COOKIE_SECONDS, isSecure(request)));
    return reply.code(303).header('location', departure.url.href).send();
  });

  addRoute(app, arrive, async (request, reply) => {
    request.isAudited = true;
    const { headers, url } = request;
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
    const vouched = await provider.arrive(query, readCookie(headers.cookie, COOKIE));
    const user = typeof vouched === 'string' ? vouched : await accounts.vouchedFor(vouched);
    const forget = cookieOf('', 0, isSecure(request));
    countLogIn('oidc', typeof user !== 'string');
    if (typeof user === 'string') return refuse(reply.header('set-cookie', forget), user);
    await store.users.loggedIn(user.name, Date.now());
    const { cookie } = await logIns.beginOf(user, originOf(request));
    request.principal = principalOf(user);
    request.via = 'session';
    return reply.header('set-cookie', [cookie, forget]).code(303).header('location', '/#logged-in').send();
  });
}

/**
 * Where browsers reach this Farad: as it is set, else as this request says. To claim it wrongly leads
 * nowhere, since the provider knows where it may send browsers to.
 */
export function publicUrl(request: FastifyRequest, { api }: Pick<Config, 'api'>): string {
  if (api.publicUrl !== '') return api.publicUrl.replace(/\/+$/, '');
  return `${isSecure(request) ? 'https' : 'http'}://${request.host}`;
}

/** Leads back to the console, which has words for the reason; the body is for the audit trail. */
function refuse(reply: FastifyReply, code: OidcRefusal | 'name_taken' | 'user_disabled' | 'too_many_users') {
  return reply
    .code(303)
    .header('location', `/#refused=${code}`)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error: { code } }));
}

function cookieOf(secret: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = `Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`;
  return `${COOKIE}=${secret}; ${attributes}${secure ? '; Secure' : ''}`;
}
