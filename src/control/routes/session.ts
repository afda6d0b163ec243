import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/schema.ts';
import type { Store } from '../../store/store.ts';
import { AttemptLimit } from '../attempt-limit.ts';
import { apiError, tooManyAttempts } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { type LogIns, principalOf } from '../log-ins.ts';
import type { OidcProvider } from '../oidc/provider.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { describePrincipal, type Recognition } from '../recognition.ts';
import type { Principal } from '../roles.ts';
import { addRoute } from '../route.ts';
import { assertSameOrigin } from '../same-origin.ts';
import { countLogIn, isSecure, originOf } from '../session-origin.ts';
import type { UserAccounts } from '../users.ts';
import { publicUrl } from './oidc.ts';

const tag = 'Access';
const path = '/api/v1/session';
/** Failed log-ins of one address within a minute. */
const MAX_FAILURES = 10;
const WINDOW_MS = 60_000;

const example = {
  kind: 'user',
  id: 'anna',
  displayName: 'Anna Ampère',
  role: 'operator',
  scope: null,
  hasPassword: true,
  owesPassword: false,
  expiresAt: '2026-03-01T20:00:00.000Z',
  timezone: 'Europe/Berlin',
};

const begin: Operation = {
  id: 'logIn',
  method: 'POST',
  path,
  tag,
  scope: 'same',
  summary: 'Log in',
  description:
    'With `key`, or with `name` and `password`. For pages: answers a cookie that stands for the API key or the user for 12 hours, that scripts cannot read and that other origins cannot use. ' +
    'Programs send a key with every request instead.',
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('LogIn'),
        examples: { withKey: { key: 'farad_...' }, asUser: { name: 'anna', password: '...' } },
      },
    },
  },
  responses: { 200: json('Logged in.', ref('Session'), example) },
  errors: ['wrong_key', 'wrong_password', 'too_many_attempts', 'cross_origin', 'busy'],
  secretMembers: ['key', 'password'],
  open: true,
};

const get: Operation = {
  id: 'getSession',
  method: 'GET',
  path,
  tag,
  scope: 'same',
  summary: 'Who this is',
  beforePasswordChange: true,
  responses: { 200: json('The holder of the key or cookie.', ref('Session'), example) },
};

const end: Operation = {
  id: 'logOut',
  method: 'DELETE',
  path,
  tag,
  scope: 'same',
  summary: 'Log out',
  role: 'viewer',
  beforePasswordChange: true,
  responses: {
    200: json(
      'The cookie is worth nothing any more, and the OpenID provider has a log-out, too.',
      ref('LogOut'),
      {
        next: 'https://id.example/session/end?client_id=farad',
      },
    ),
    204: { description: 'The cookie is worth nothing any more.' },
  },
};

const choosePassword: Operation = {
  id: 'chooseOwnPassword',
  method: 'PUT',
  path: `${path}/password`,
  tag,
  scope: 'same',
  summary: 'Choose another password',
  description:
    'For a user who is logged in: all other log-ins of the user end, and this one gets a new cookie.',
  role: 'viewer',
  beforePasswordChange: true,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('OwnPassword'),
        examples: { another: { password: 'the present one', newPassword: 'another passphrase' } },
      },
    },
  },
  responses: { 200: json('The password is another one.', ref('Session'), example) },
  errors: ['wrong_password', 'weak_password', 'no_password', 'changed_meanwhile', 'busy'],
  secretMembers: ['password', 'newPassword'],
};

interface LogInBody {
  readonly key?: string;
  readonly name?: string;
  readonly password?: string;
}

/** Who it turned out to be, and the log-in that begins. */
interface Begun {
  readonly principal: Principal;
  readonly cookie: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface SessionDeps {
  readonly keys: KeyRing;
  readonly logIns: LogIns;
  readonly recognition: Recognition;
  readonly accounts: UserAccounts;
  readonly config: Pick<Config, 'fleet' | 'api'>;
  readonly provider: OidcProvider | undefined;
  readonly store: Pick<Store, 'users'>;
}

export function addSessionRoutes(
  app: FastifyInstance,
  { keys, logIns, recognition, accounts, config, store, provider }: SessionDeps,
): void {
  const timezone = config.fleet.timezone || null;
  const limit = new AttemptLimit(MAX_FAILURES, WINDOW_MS);

  /** Before a byte of the body is read: whatever is wrong with the rest counts as a failed attempt. */
  const admit = async ({ headers, ip }: FastifyRequest) => {
    // A page of another origin must not use up the attempts of whoever looks at it.
    if (headers.origin !== undefined) assertSameOrigin(headers);
    const waitMs = limit.waitOf(ip);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    limit.begin(ip);
  };

  const withKey = async (key: string, request: FastifyRequest): Promise<Begun> => {
    const found = keys.holderOf(key);
    if (!found) throw apiError('wrong_key', {});
    return { principal: found.principal, ...(await logIns.beginWithKey(found, originOf(request))) };
  };

  const asUser = async (name: string, password: string, request: FastifyRequest): Promise<Begun> => {
    const user = await accounts.recognise(name, password, request.ip);
    if (!user) throw apiError('wrong_password', {});
    await store.users.loggedIn(user.name, Date.now());
    return { principal: principalOf(user), ...(await logIns.beginOf(user, originOf(request))) };
  };

  const answer = (request: FastifyRequest, reply: FastifyReply, { principal, cookie, expiresAt }: Begun) => {
    limit.succeeded(request.ip);
    request.principal = principal;
    request.via = 'session';
    reply.header('set-cookie', cookie);
    return { ...describePrincipal(principal, expiresAt), timezone };
  };

  addRoute<{ Body: LogInBody }>(
    app,
    begin,
    async (request, reply) => {
      const { key, name, password } = request.body;
      const isWithKey = key !== undefined;
      if (isWithKey === (name !== undefined) || isWithKey === (password !== undefined)) throw unclear();
      let hasBegun = false;
      try {
        const begun = isWithKey
          ? await withKey(key, request)
          : await asUser(name as string, password as string, request);
        hasBegun = true;
        return answer(request, reply, begun);
      } finally {
        countLogIn(isWithKey ? 'key' : 'password', hasBegun);
      }
    },
    { onRequest: admit },
  );

  addRoute(app, get, ({ headers }) => {
    const recognised = recognition.of(headers);
    if (!recognised) throw apiError('unauthorized', {});
    return { ...recognised, timezone };
  });

  addRoute<{ Body: { password: string; newPassword: string } }>(
    app,
    choosePassword,
    async (request, reply) => {
      const { principal, body, ip } = request;
      const isOfUser = principal?.kind === 'user' && store.users.get(principal.id)?.identity === undefined;
      if (!isOfUser) throw apiError('no_password', {});
      const user = await accounts.recognise(principal.id, body.password, ip);
      if (!user) throw apiError('wrong_password', {});
      const changed = await accounts.choosePassword(user, body.newPassword);
      if (!changed) throw apiError('unauthorized', {});
      return answer(request, reply, {
        principal: principalOf(changed),
        ...(await logIns.beginOf(changed, originOf(request))),
      });
    },
    { onRequest: admit },
  );

  addRoute(app, end, async (request, reply) => {
    reply.header('set-cookie', await logIns.end(request.headers.cookie, isSecure(request)));
    const { principal } = request;
    const user = principal?.kind === 'user' ? store.users.get(principal.id) : undefined;
    const next = user?.identity && (await provider?.farewell(`${publicUrl(request, config)}/`));
    if (next === undefined) return reply.code(204).send();
    return { next };
  });
}

function unclear() {
  const problem = 'must have either a key, or a name and a password';
  return apiError('invalid_body', { problem: `it ${problem}` }, { problems: [{ path: '', problem }] });
}
