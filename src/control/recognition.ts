import type { IncomingHttpHeaders } from 'node:http';
import type { Role } from '../store/api-keys.ts';
import type { Scope } from '../store/sight.ts';
import { bearerKey, type KeyRing } from './key-ring.ts';
import type { LogIns } from './log-ins.ts';
import type { Principal } from './roles.ts';

/** Who a client is (`#/components/schemas/Session`). */
export interface Recognised {
  readonly kind: Principal['kind'];
  readonly id: string;
  readonly displayName: string | null;
  readonly role: Role;
  /** Null: every charge point. */
  readonly scope: Scope | null;
  readonly hasPassword: boolean;
  readonly owesPassword: boolean;
  /** RFC 3339; null with a key, which does not end by itself. */
  readonly expiresAt: string | null;
}

/** `expiresAt`: epoch ms; undefined with a key. */
export function describePrincipal(
  { kind, id, displayName, role, scope, hasPassword = false, owesPassword = false }: Principal,
  expiresAt: number | undefined,
): Recognised {
  return {
    kind,
    id,
    displayName: displayName ?? null,
    role,
    scope: scope ?? null,
    hasPassword,
    owesPassword,
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  };
}

/**
 * Whom these headers stand for at this moment, by a key or else by the cookie of a log-in. Counts no attempt:
 * for requests that were let in.
 */
export class Recognition {
  private readonly keys: KeyRing;
  private readonly logIns: LogIns;

  constructor(keys: KeyRing, logIns: LogIns) {
    this.keys = keys;
    this.logIns = logIns;
  }

  of(headers: IncomingHttpHeaders): Recognised | undefined {
    const found = this.find(headers);
    return found && describePrincipal(found.principal, found.expiresAt);
  }

  principalOf(headers: IncomingHttpHeaders): Principal | undefined {
    return this.find(headers)?.principal;
  }

  private find(
    headers: IncomingHttpHeaders,
  ): { readonly principal: Principal; readonly expiresAt?: number } | undefined {
    if (headers.authorization === undefined) return this.logIns.find(headers.cookie);
    const key = bearerKey(headers);
    const found = key === undefined ? undefined : this.keys.holderOf(key);
    return found && { principal: found.principal };
  }
}
