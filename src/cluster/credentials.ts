import { readFileSync } from 'node:fs';
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { ClusterRefusal } from './cluster-refusal.ts';

const SEED = /^SU[A-Z2-7]{56}$/;

/**
 * Reads what `cluster.nats.credentials` names: the seed of an nkey, USER:PASSWORD, or a .creds file. Throws
 * ClusterRefusal where it cannot be read or is none of these; the message reveals nothing of its content.
 */
export function readCredentials(file: string): Authenticator {
  const content = readClusterFile('cluster.nats.credentials', file).trim();
  if (content.includes('BEGIN NATS USER JWT')) return credsAuthenticator(Buffer.from(content));
  if (SEED.test(content)) return nkeyAuthenticator(Buffer.from(content));
  const colon = content.indexOf(':');
  if (colon < 1 || content.includes('\n')) {
    throw new ClusterRefusal(
      `cluster.nats.credentials: ${file} holds neither the seed of an nkey, nor USER:PASSWORD, nor a JWT and its seed`,
    );
  }
  return usernamePasswordAuthenticator(content.slice(0, colon), content.slice(colon + 1));
}

/** Reads a file that a setting names. Throws ClusterRefusal with the name of the setting. */
export function readClusterFile(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ClusterRefusal(`${setting}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
