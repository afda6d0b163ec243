import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../poll.ts';

const SERVES_WITHIN_MS = 45_000;
const ENDS_WITHIN_MS = 5_000;

/** A NATS server with JetStream on a loopback port of its own choice. */
export interface NatsServer {
  /** `nats://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Where it keeps its streams. */
  readonly directory: string;
  /** What it was started with. */
  readonly launch: NatsLaunch;
  /** What it printed. */
  output(): string;
}

/** A server that may not serve yet. */
export type LaunchedNats = Omit<NatsServer, 'port' | 'url'>;

export interface NatsLaunch {
  /** The file of the server's program. */
  readonly program: string;
  /** Where it keeps its streams and its configuration. */
  readonly directory: string;
  readonly configuration: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a server in a process group of its own, which ends with this process at the latest. */
export function launchNats(launch: NatsLaunch): LaunchedNats {
  const { program, directory, configuration, environment = {} } = launch;
  const file = join(directory, 'nats.conf');
  writeFileSync(file, `ports_file_dir: ${JSON.stringify(directory)}\n${configuration}\n`);
  const server = spawn(program, ['-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment,
    detached: true,
  });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  endWithThisProcess(server);
  return { directory, launch, process: server, output: () => said };
}

/** Starts a server again that has ended, on the port that it had. */
export function relaunchNats({ launch, port }: NatsServer): LaunchedNats {
  const configuration = launch.configuration.replace('"127.0.0.1:-1"', `"127.0.0.1:${port}"`);
  return launchNats({ ...launch, configuration });
}

/** Resolves once a server serves. @throws Error with what it printed if it ends, or takes too long. */
export async function whenServing(server: LaunchedNats): Promise<NatsServer> {
  const { process: child } = server;
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const url = await poll(() => (isOver() ? 'ended' : urlOf(server)), SERVES_WITHIN_MS, 25);
  if (url === undefined || url === 'ended')
    throw new Error(`the NATS server ${url ?? 'does not serve'}: ${server.output()}`);
  const port = Number(new URL(url).port);
  return { ...server, port, url: `nats://127.0.0.1:${port}` };
}

/** Ends a server in order; at once if that takes too long. */
export async function endNats({ process: child }: LaunchedNats): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

/**
 * A NATS server does not notice when whoever started it is gone. A shell does: nothing comes from its input
 * any more.
 */
function endWithThisProcess(server: ChildProcess): void {
  const watch = spawn('sh', ['-c', 'read ended || kill -9 "$0"', String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.stdin.on('error', () => undefined); // it was killed itself
  server.once('exit', () => watch.stdin.end('ended\n'));
}

interface Ports {
  readonly nats?: readonly string[];
}

function urlOf({ process: { pid }, directory }: LaunchedNats): string | undefined {
  try {
    const ports = JSON.parse(readFileSync(join(directory, `nats-server_${pid}.ports`), 'utf8')) as Ports;
    return ports.nats?.[0];
  } catch {
    return undefined; // not written yet, or half
  }
}
