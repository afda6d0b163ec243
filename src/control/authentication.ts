import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound } from './error-handling.ts';
import { apiError } from './errors.ts';
import { bearerKey, type KeyAttempts, type KeyUses } from './key-ring.ts';
import type { LogIns } from './log-ins.ts';
import { requireRole, roleOf } from './roles.ts';
import { assertNotForeign, assertSameOrigin } from './same-origin.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no key; operations say so themselves. */
    open?: boolean;
  }
}

/**
 * Demands a key, or the cookie of somebody who logged in, for every route that does not declare itself open,
 * and the role that its operation asks for: before a byte of the body is read. What is not there is refused
 * as early.
 */
export function requireKeys(app: FastifyInstance, keys: KeyAttempts, logIns: LogIns, uses: KeyUses): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('via', 'none');
  app.addHook('onRequest', async (request) => {
    const { operation, open } = request.routeOptions.config;
    if (request.is404 || isNowhere(request)) throw notFound(request);
    if (open || operation?.open) return;
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      request.principal = keys.holderOf(bearerKey(request.headers), request.ip)?.principal ?? null;
      request.via = 'key';
    } else {
      request.principal = logIns.find(cookie)?.principal ?? null;
      request.via = 'session';
      // A key is shown on purpose; a cookie comes along by itself, whoever wrote the page.
      if (request.principal) {
        if (request.method === 'GET' || request.method === 'HEAD') assertNotForeign(request.headers);
        else assertSameOrigin(request.headers);
      }
    }
    const { principal } = request;
    if (!principal) throw apiError('unauthorized', {});
    if (principal.kind === 'key') uses.note(principal.id);
    if (principal.owesPassword && !operation?.beforePasswordChange) throw apiError('password_due', {});
    if (operation) requireRole(request, roleOf(operation));
  });
}

/** What the router takes for a path all the same: `*`, which is none, and a name that is empty. */
function isNowhere({ url, params, routeOptions }: FastifyRequest): boolean {
  if (url.startsWith('*')) return true;
  return routeOptions.config.operation !== undefined && Object.values(params as object).includes('');
}
