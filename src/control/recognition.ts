import type { IncomingHttpHeaders } from 'node:http';
import type { KeyRing } from './key-ring.ts';
import type { LogIns } from './log-ins.ts';
import type { Principal } from './roles.ts';

/** Who a client is (`#/components/schemas/Session`). */
export interface Recognised extends Principal {
  /** RFC 3339; null with a key, which does not end by itself. */
  readonly expiresAt: string | null;
}

/** The API key that a request shows. */
export function bearerKey({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization?.match(/^Bearer +(\S+)$/i)?.[1];
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
    if (headers.authorization !== undefined) {
      const key = bearerKey(headers);
      const found = key === undefined ? undefined : this.keys.holderOf(key);
      return found && { ...found.principal, expiresAt: null };
    }
    const logIn = this.logIns.find(headers.cookie);
    return logIn && { ...logIn.principal, expiresAt: new Date(logIn.expiresAt).toISOString() };
  }
}
