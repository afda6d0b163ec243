import { constants, createHash, hkdfSync } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Shown } from './credentials.ts';
import { KeyPairError } from './key-pairs.ts';

/** Suites of TLS 1.3 (RFC 8446 §B.4); Node speaks 1.3 only where it is told of some. */
const TLS13_SUITES = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

/**
 * How long a session may be resumed, s: a fleet that lost its network for a night comes back at little cost.
 */
const SESSION_S = 24 * 60 * 60;

const DAY_MS = SESSION_S * 1000;
const TICKET_KEY_BYTES = 48;

export interface ContextSettings {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Of TLS 1.2. */
  readonly ciphers: string;
  readonly sessionTickets: boolean;
}

/**
 * What Node's tls is to be told of a port: neither compression nor renegotiation (security whitepaper
 * A00.FR.312 to .321, obligation L12), and client certificates by the given authorities alone. `ticketSecret`
 * is shared by the processes of a port: what one has begun another resumes.
 */
export function contextOptions(
  { pairs, clientCas }: Shown,
  { minVersion, ciphers, sessionTickets }: ContextSettings,
  ticketSecret: Uint8Array,
  now: number = Date.now(),
): SecureContextOptions {
  return {
    cert: pairs.map(({ certificate }) => certificate),
    key: pairs.map(({ key }) => key),
    // An empty list is not the same as none, for which Node takes its own.
    ca: [...clientCas],
    minVersion,
    ciphers: `${TLS13_SUITES}:${ciphers}`,
    honorCipherOrder: true,
    secureOptions:
      constants.SSL_OP_NO_COMPRESSION |
      constants.SSL_OP_NO_RENEGOTIATION |
      (sessionTickets ? 0 : constants.SSL_OP_NO_TICKET),
    sessionIdContext: 'farad',
    sessionTimeout: SESSION_S,
    ticketKeys: ticketKeys(ticketSecret, clientCas, now),
  };
}

/** Throws KeyPairError where OpenSSL cannot work with the options; `prefix` is the group of the settings. */
export function checkContext(prefix: string, options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const setting = code === 'ERR_SSL_NO_CIPHER_MATCH' ? `${prefix}.ciphers` : `${prefix}.certificates`;
    throw new KeyPairError(`${setting} cannot be used: ${message}`);
  }
}

/**
 * A ticket says who the client is: so those that were given under other client CAs do not count any more,
 * and no key seals tickets for longer than a day.
 */
function ticketKeys(secret: Uint8Array, clientCas: readonly string[], now: number): Buffer {
  const under = createHash('sha256').update(clientCas.join('\n')).digest();
  return Buffer.from(hkdfSync('sha256', secret, under, `day ${dayOf(now)}`, TICKET_KEY_BYTES));
}

/** Number of the day by which the keys of tickets change. */
export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS);
}
