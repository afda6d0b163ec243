import type { FastifyRequest } from 'fastify';
import type { Role } from '../store/api-keys.ts';
import type { Scope } from '../store/sight.ts';
import { apiError } from './errors.ts';
import type { Operation } from './openapi/operation.ts';

/** Who uses the API: a program or somebody with an API key, or a user who logged in under a name. */
export interface Principal {
  readonly kind: 'key' | 'user';
  /** Of the key, or the name of the user. */
  readonly id: string;
  readonly role: Role;
  readonly displayName?: string;
  /** Absent: every charge point. */
  readonly scope?: Scope;
  /** Of Farad: not who logs in by an OpenID provider. */
  readonly hasPassword?: boolean;
  /** Logged in with a one-time password, and may do no more than choose another one. */
  readonly owesPassword?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where the route needs no key. */
    principal: Principal | null;
    /** How the principal showed who it is. */
    via: 'key' | 'session' | 'none';
  }
}

/** From the one that may least to the one that may most. */
export const roles = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];

/**
 * What an operation asks for: to look is for viewers, everything else for operators, unless it says
 * otherwise.
 */
export function roleOf({ role, method }: Pick<Operation, 'role' | 'method'>): Role {
  return role ?? (method === 'GET' ? 'viewer' : 'operator');
}

/** Throws `forbidden` if whoever asks lacks the role. */
export function requireRole({ principal }: FastifyRequest, role: Role): void {
  if (!principal) throw apiError('unauthorized', {});
  if (roles.indexOf(principal.role) >= roles.indexOf(role)) return;
  throw apiError('forbidden', { role, own: principal.role, who: `this ${principal.kind}` }, { role });
}
