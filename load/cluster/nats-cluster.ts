import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartError } from '../../src/cli/start-error.ts';
import { connectToNats } from '../../src/cluster/connection.ts';
import { repositoryFile } from '../repository.ts';
import { launchDeployedNats, managerOf } from './deployed-nats.ts';
import { LocalNats } from './local-nats.ts';
import { endNats, type LaunchedNats, whenServing } from './nats-server.ts';

const SERVERS = 3;
const OPERATOR = 'operator';

/** Three NATS servers that let nodes in by a password. */
export class NatsCluster {
  readonly #launched: readonly LaunchedNats[];
  readonly #credentials: ReadonlyMap<string, string>;
  #servers: readonly LocalNats[] = [];

  private constructor(launched: readonly LaunchedNats[], credentials: ReadonlyMap<string, string>) {
    this.#launched = launched;
    this.#credentials = credentials;
  }

  /**
   * Starts the servers in folders of `directory`.
   * @throws StartError where there is no program to be had.
   */
  static async launch(directory: string, nodes: readonly string[]): Promise<NatsCluster> {
    const program = await findProgram();
    const users = [...nodes, OPERATOR];
    const passwords = new Map(users.map((user) => [user, `p${randomBytes(16).toString('hex')}`]));
    const credentials = new Map(users.map((user) => [user, join(directory, `nats-${user}.credentials`)]));
    for (const [user, file] of credentials)
      writeFileSync(file, `${user}:${passwords.get(user)}`, { mode: 0o600 });
    const directories = Array.from({ length: SERVERS }, (_, index) => join(directory, nameOf(index)));
    for (const folder of directories) mkdirSync(folder, { recursive: true });
    const launched = await launchDeployedNats({
      program,
      directories,
      nodes,
      passwords: Object.fromEntries(
        users.map((user) => [`NATS_PASSWORD_${user.toUpperCase()}`, passwords.get(user) ?? '']),
      ),
    });
    return new NatsCluster(launched, credentials);
  }

  /** The file that a node proves itself with. */
  credentialsOf(node: string): string {
    return this.#credentials.get(node) ?? '';
  }

  /** Resolves once all servers serve and have joined. @throws Error if they do not. */
  async whenJoined(): Promise<readonly LocalNats[]> {
    const serving = await Promise.all(this.#launched.map(whenServing));
    this.#servers = serving.map((server, index) => new LocalNats(nameOf(index), server));
    const nats = {
      servers: serving.map(({ url }) => url),
      credentials: this.credentialsOf(OPERATOR),
      insecure: false,
      tls: { ca: '', cert: '', key: '' },
    };
    const connection = await connectToNats({ node: OPERATOR, nats }, 'cluster');
    try {
      await managerOf(connection);
    } finally {
      await connection.close();
    }
    return this.#servers;
  }

  async end(): Promise<void> {
    await Promise.all(this.#launched.map(endNats));
    await Promise.all(this.#servers.map((server) => server.end()));
  }
}

function nameOf(index: number): string {
  return `nats-${index + 1}`;
}

async function findProgram(): Promise<string> {
  // Scripts are not built, so their place differs from that in the sources.
  const script = pathToFileURL(repositoryFile('scripts/nats.mjs')).href;
  const { findNats } = (await import(script)) as typeof import('../../scripts/nats.mjs');
  const found = findNats();
  if ('missing' in found) throw new StartError(`NATS: ${found.missing}`);
  return found.file;
}
