import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/schema.ts';
import { AttemptLimit } from '../attempt-limit.ts';
import { apiError, tooManyAttempts } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import type { LogIns } from '../log-ins.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import type { Recognition } from '../recognition.ts';
import { addRoute } from '../route.ts';
import { assertSameOrigin } from '../same-origin.ts';

const tag = 'Access';
const path = '/api/v1/session';
/** Failed log-ins of one address within a minute. */
const MAX_FAILURES = 10;
const WINDOW_MS = 60_000;

const example = {
  id: 'bootstrap',
  role: 'admin',
  expiresAt: '2026-03-01T20:00:00.000Z',
  timezone: 'Europe/Berlin',
};

const begin: Operation = {
  id: 'logIn',
  method: 'POST',
  path,
  tag,
  summary: 'Log in',
  description:
    'For pages: answers a cookie that stands for the API key for 12 hours, that scripts cannot read and that other origins cannot use. ' +
    'Programs send the key with every request instead.',
  body: {
    required: true,
    checked: true,
    content: { 'application/json': { schema: ref('LogIn'), examples: { logIn: { key: 'farad_...' } } } },
  },
  responses: { 200: json('Logged in.', ref('Session'), example) },
  errors: ['wrong_key', 'too_many_attempts', 'cross_origin'],
  secretMembers: ['key'],
  open: true,
};

const get: Operation = {
  id: 'getSession',
  method: 'GET',
  path,
  tag,
  summary: 'Who this is',
  responses: { 200: json('The holder of the key or cookie.', ref('Session'), example) },
};

const end: Operation = {
  id: 'logOut',
  method: 'DELETE',
  path,
  tag,
  summary: 'Log out',
  role: 'viewer',
  responses: { 204: { description: 'The cookie is worth nothing any more.' } },
};

export function addSessionRoutes(
  app: FastifyInstance,
  keys: KeyRing,
  logIns: LogIns,
  recognition: Recognition,
  { fleet }: Pick<Config, 'fleet'>,
): void {
  const timezone = fleet.timezone || null;
  const limit = new AttemptLimit(MAX_FAILURES, WINDOW_MS);

  /** Before a byte of the body is read: whatever is wrong with the rest counts as a failed attempt. */
  const admit = async ({ headers, ip }: FastifyRequest) => {
    // A page of another origin must not use up the attempts of whoever looks at it.
    if (headers.origin !== undefined) assertSameOrigin(headers);
    const waitMs = limit.waitOf(ip);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    limit.begin(ip);
  };

  addRoute<{ Body: { key: string } }>(
    app,
    begin,
    async (request, reply) => {
      const found = keys.holderOf(request.body.key);
      if (!found) throw apiError('wrong_key', {});
      limit.succeeded(request.ip);
      const { cookie, expiresAt } = await logIns.begin(found, {
        isSecure: isSecure(request),
        remoteAddress: request.ip,
        userAgent: request.headers['user-agent'],
      });
      request.principal = found.principal;
      request.via = 'session';
      reply.header('set-cookie', cookie);
      return { ...found.principal, expiresAt: new Date(expiresAt).toISOString(), timezone };
    },
    { onRequest: admit },
  );

  addRoute(app, get, ({ headers }) => {
    const recognised = recognition.of(headers);
    if (!recognised) throw apiError('unauthorized', {});
    return { ...recognised, timezone };
  });

  addRoute(app, end, async (request, reply) => {
    reply.header('set-cookie', await logIns.end(request.headers.cookie, isSecure(request)));
    return reply.code(204).send();
  });
}

/**
 * Whether the browser speaks HTTPS: to what stands in front of Farad, which says so. To claim it wrongly
 * harms only oneself.
 */
function isSecure({ headers, protocol }: FastifyRequest): boolean {
  return protocol === 'https' || headers['x-forwarded-proto'] === 'https';
}
