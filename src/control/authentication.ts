import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { apiError } from './errors.ts';

/** Whoever an API key belongs to. */
export interface Principal {
  readonly id: string;
}

export interface AcceptedKey {
  readonly principal: Principal;
  /** `digestKey` of the key. */
  readonly digest: Buffer;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where the route needs no key. */
    principal: Principal | null;
  }
}

/** SHA-256: API keys are random and long, so a slow hash would add nothing but latency. */
export function digestKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/** Whose key `header` (`Bearer KEY`) holds; every accepted key is compared, in constant time. */
export function identify(
  header: string | undefined,
  accepted: readonly AcceptedKey[],
): Principal | undefined {
  const key = header?.match(/^Bearer +(\S+)$/i)?.[1];
  if (key === undefined) return undefined;
  const digest = digestKey(key);
  let found: Principal | undefined;
  for (const candidate of accepted) {
    if (timingSafeEqual(candidate.digest, digest)) found = candidate.principal;
  }
  return found;
}

/** Demands a key for every route that does not declare itself open, before a byte of the body is read. */
export function requireKeys(app: FastifyInstance, accepted: readonly AcceptedKey[]): void {
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.operation?.open) return;
    const principal = identify(request.headers.authorization, accepted);
    if (!principal) throw apiError('unauthorized', {});
    request.principal = principal;
  });
}
