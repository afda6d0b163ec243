import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { poll } from '../poll.ts';
import { repositoryFile } from '../repository.ts';
import { type LaunchedNats, launchNats } from './nats-server.ts';

const JOINED_WITHIN_MS = 45_000;

const TLS_BLOCK = /^( *)tls \{\n(?:.*\n)*?\1\}\n/gm;
const NODE_USER = /^( *)\{\n *user: node-\d, (?:.*\n)*?\1\}\n/gm;

export interface DeployedNats {
  /** The file of the server's program. */
  readonly program: string;
  /** One for each server of deploy/nats.conf. */
  readonly directories: readonly string[];
  /** The folder of server.pem, server.key and ca.pem; without TLS if absent. */
  readonly certificates?: string;
  /** Names of nodes that are the users, instead of node-1 and node-2. */
  readonly nodes?: readonly string[];
  /** `NATS_PASSWORD_NAME` in capitals, for each node and `operator`. */
  readonly passwords: Readonly<Record<string, string>>;
}

/**
 * Starts the servers of deploy/nats.conf on this machine: with its settings, and what this machine has in
 * place of addresses, files and names.
 */
export async function launchDeployedNats(deployed: DeployedNats): Promise<LaunchedNats[]> {
  const { program, directories, passwords } = deployed;
  const text = readFileSync(repositoryFile('deploy/nats.conf'), 'utf8');
  const routes = await freePorts(directories.length);
  return directories.map((directory, index) =>
    launchNats({
      program,
      directory,
      configuration: withUsers(withFiles(text, directory, deployed), deployed)
        .replace('0.0.0.0:4222', '127.0.0.1:-1')
        .replace('0.0.0.0:6222', `127.0.0.1:${routes[index]}`)
        .replaceAll(/nats-(\d):6222/g, (_, number: string) => `localhost:${routes[Number(number) - 1]}`)
        .replace('100GB', '1GB'),
      environment: { ...passwords, NATS_SERVER_NAME: `nats-${index + 1}` },
    }),
  );
}

/**
 * Returns what asks JetStream, once all three servers have joined it. @throws Error if they do not within 45
 * s.
 */
export async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  const manager = await whenAnswered('JetStream does not answer', () => jetstreamManager(connection));
  const probe = { name: 'probe', subjects: ['probe'], num_replicas: 3 };
  await whenAnswered('no stream can have three copies', () => manager.streams.add(probe));
  await manager.streams.delete(probe.name);
  return manager;
}

async function whenAnswered<Answer>(otherwise: string, ask: () => Promise<Answer>): Promise<Answer> {
  const answer = await poll(() => ask().catch(() => undefined), JOINED_WITHIN_MS, 25);
  if (answer === undefined) throw new Error(`NATS: ${otherwise}`);
  return answer;
}

function withFiles(text: string, directory: string, { certificates }: DeployedNats): string {
  const stored = text.replace('/var/lib/nats', () => directory);
  return certificates === undefined
    ? stored.replaceAll(TLS_BLOCK, '')
    : stored.replaceAll('/etc/nats/', () => `${certificates}/`);
}

function withUsers(text: string, { nodes }: DeployedNats): string {
  const [pattern, ...others] = text.match(NODE_USER) ?? [];
  if (nodes === undefined || pattern === undefined) return text;
  const users = nodes.map((node) =>
    pattern.replaceAll('node-1', node).replaceAll('NODE_1', node.toUpperCase()),
  );
  const alone = others.reduce((rest, other) => rest.replace(other, ''), text);
  return alone.replace(pattern, () => users.join(''));
}

/** Ports that are free now, each another one. */
async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  return holders.map((holder) => {
    const { port } = holder.address() as AddressInfo;
    holder.close();
    return port;
  });
}
