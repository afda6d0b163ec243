import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecurityProfile } from '../../src/simulator/security.ts';
import type { LoadOptions } from '../options.ts';
import { makeOwnDirectory } from '../own-directories.ts';
import type { SecurityOrder } from './fleet-security.ts';
import { readPem, type SecurityOptions } from './security-options.ts';
import { makeTestAuthority, moldOf } from './test-authority.ts';

/** What a run over TLS stands on. */
export interface TlsGround {
  readonly order: SecurityOrder;
  /** For the gateway that is started. */
  readonly gatewayFlags: readonly string[];
  remove(): void;
}

export interface OwnTls {
  readonly profile: SecurityProfile;
  /** Engine of the TLS port. */
  readonly transport?: string | undefined;
  readonly resumes: boolean;
  /** Whether there is a plain port as well, before that with TLS. */
  readonly plainToo?: boolean;
}

/**
 * Security of a run against a gateway of its own: a test CA, a certificate for the server and, for profile 3,
 * those of the charge points.
 */
export async function makeTlsGround({
  profile,
  transport = 'auto',
  resumes,
  plainToo = false,
}: OwnTls): Promise<TlsGround> {
  const secret = randomBytes(16).toString('hex');
  if (profile < 2) {
    return {
      order: { profile, roots: [], secret, resumes },
      gatewayFlags: [],
      remove: () => undefined,
    };
  }
  const authority = await makeTestAuthority();
  const { certificate, key } = await authority.server();
  const directory = await makeOwnDirectory();
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const asks = profile === 3;
  const portOf = (scheme: string): string => `${scheme}://127.0.0.1:0?transport=${transport}`;
  return {
    order: {
      profile,
      roots: [authority.certificate],
      secret,
      resumes,
      ...(asks && { mold: await authority.mold() }),
    },
    gatewayFlags: [
      ...['--ocpp-endpoints', (plainToo ? ['ws', 'wss'] : ['wss']).map(portOf).join()],
      ...['--ocpp-tls-certificates', write('server.pem', certificate)],
      ...['--ocpp-tls-keys', write('server.key', key)],
      ...(asks ? ['--ocpp-tls-client-cas', write('ca.pem', authority.certificate)] : []),
    ],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/**
 * What a run stands on, with a gateway of its own or with one that runs already. @throws OptionError where a
 * file cannot be read.
 */
export async function tlsGroundFor({
  security,
  target,
}: Pick<LoadOptions, 'security' | 'target'>): Promise<TlsGround> {
  if (target === undefined) return makeTlsGround(security);
  return { order: await foreignSecurity(security, target.ca), gatewayFlags: [], remove: () => undefined };
}

async function foreignSecurity(
  { profile, clientCa, clientCaKey, resumes }: SecurityOptions,
  ca: string | undefined,
): Promise<SecurityOrder> {
  const authority = clientCa !== undefined &&
    clientCaKey !== undefined && {
      certificate: readPem('client-ca', clientCa),
      key: readPem('client-ca-key', clientCaKey),
    };
  return {
    profile,
    roots: ca === undefined ? [] : [ca],
    secret: randomBytes(16).toString('hex'),
    resumes,
    ...(authority && { mold: await moldOf(authority) }),
  };
}
