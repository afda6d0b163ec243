import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NOTHING_IN_SIGHT, type Sight, sightOf } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import { notFound } from './error-handling.ts';
import { apiError } from './errors.ts';
import { bearerKey, type KeyAttempts, type KeyUses } from './key-ring.ts';
import type { LogIns } from './log-ins.ts';
import { requireRole, roleOf } from './roles.ts';
import { assertNotForeign, assertSameOrigin } from './same-origin.ts';
import { requireInSight } from './scopes.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no key; operations say so themselves. */
    open?: boolean;
  }
}

export interface AuthenticationDeps {
  readonly store: Store;
  readonly keys: KeyAttempts;
  readonly logIns: LogIns;
  readonly uses: KeyUses;
}

/**
 * Demands a key, or the cookie of somebody who logged in, for every route that does not declare itself open,
 * the role that its operation asks for, and that what it is about is in sight: before a byte of the body is
 * read. What is not there is refused as early.
 */
export function requireKeys(app: FastifyInstance, { store, keys, logIns, uses }: AuthenticationDeps): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('sight', null as unknown as Sight);
  app.decorateRequest('via', 'none');
  app.addHook('onRequest', async (request) => {
    request.sight = NOTHING_IN_SIGHT;
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
    request.sight = sightOf(store, principal.scope);
    requireInSight(request, operation, store);
  });
}

/** What the router takes for a path all the same: `*`, which is none, and a name that is empty. */
function isNowhere({ url, params, routeOptions }: FastifyRequest): boolean {
  if (url.startsWith('*')) return true;
  return routeOptions.config.operation !== undefined && Object.values(params as object).includes('');
}
