import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { launchDeployedNats } from '../../load/cluster/deployed-nats.ts';
import {
  type LaunchedNats,
  launchNats,
  type NatsServer,
  whenServing,
} from '../../load/cluster/nats-server.ts';
import { findNats } from '../../scripts/nats.mjs';
import { until } from './until.ts';

export type { NatsServer } from '../../load/cluster/nats-server.ts';

/** The program, or why there is none. */
export const NATS = findNats();
if ('missing' in NATS) console.warn(`NATS tests not run: ${NATS.missing}`);

export const hasNats = 'file' in NATS;

/**
 * Starts a server with these further lines of configuration, or one that ended `again`; it ends after the
 * test.
 */
export async function startNats(configuration = '', again?: NatsServer): Promise<NatsServer> {
  const directory = again?.directory ?? serverDirectory();
  const server = launchNats({
    program: program(),
    directory,
    configuration: `listen: "127.0.0.1:${again?.port ?? -1}"
jetstream { store_dir: ${JSON.stringify(directory)} }
${configuration}`,
  });
  return whenServing(endingAfterTest(server));
}

/** Starts the three servers of deploy/nats.conf, with the test's files and passwords. */
export async function startDeployedNats(
  certificates: string,
  passwords: Readonly<Record<string, string>>,
): Promise<NatsServer[]> {
  const directories = Array.from({ length: 3 }, serverDirectory);
  const launched = await launchDeployedNats({ program: program(), directories, certificates, passwords });
  return Promise.all(launched.map((server) => whenServing(endingAfterTest(server))));
}

/** Stops a server in the middle of whatever it does, until SIGCONT; resolves once it stands still. */
export async function pauseNats({ process: { pid = 0 } }: NatsServer): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  const status = `/proc/${pid}/stat`;
  // A thread may run on for a moment, where a system says so.
  if (existsSync(status))
    await until('the server stands still', () => / T /.test(readFileSync(status, 'utf8')));
}

function program(): string {
  if (!('file' in NATS)) throw new Error(NATS.missing);
  return NATS.file;
}

function serverDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'farad-nats-'));
}

function endingAfterTest(server: LaunchedNats): LaunchedNats {
  const ended = once(server.process, 'exit');
  onTestFinished(async () => {
    server.process.kill('SIGKILL');
    await ended;
    rmSync(server.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return server;
}
