import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findNats } from '../../scripts/nats.mjs';
import { until } from './until.ts';

/** The program, or why there is none. */
export const NATS = findNats();
if ('missing' in NATS) console.warn(`NATS tests not run: ${NATS.missing}`);

export const hasNats = 'file' in NATS;

/** A NATS server with JetStream on a loopback port of its own choice. */
export interface NatsServer {
  /** `nats://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Where it keeps its streams. */
  readonly directory: string;
  /** What it printed. */
  output(): string;
}

/**
 * Starts a server with these further lines of configuration, or one that ended `again`; it ends after the
 * test.
 */
export async function startNats(configuration = '', again?: NatsServer): Promise<NatsServer> {
  return withPort(
    launch(
      (directory) => `listen: "127.0.0.1:${again?.port ?? -1}"
jetstream { store_dir: ${JSON.stringify(directory)} }
${configuration}`,
      {},
      again?.directory,
    ),
  );
}

/**
 * Starts the three servers of deploy/nats.conf, with what the test has in place of files, addresses and
 * passwords.
 */
export async function startDeployedNats(
  files: string,
  passwords: Readonly<Record<string, string>>,
): Promise<NatsServer[]> {
  const text = readFileSync(new URL('../../deploy/nats.conf', import.meta.url), 'utf8');
  const routes = await freePorts(3);
  const launched = routes.map((port, index) =>
    launch(
      (directory) =>
        text
          .replace('0.0.0.0:4222', '127.0.0.1:-1')
          .replace('0.0.0.0:6222', `127.0.0.1:${port}`)
          .replaceAll(/nats-(\d):6222/g, (_, number: string) => `localhost:${routes[Number(number) - 1]}`)
          .replaceAll('/etc/nats/', `${files}/`)
          .replace('/var/lib/nats', directory)
          .replace('100GB', '1GB'),
      { ...passwords, NATS_SERVER_NAME: `nats-${index + 1}` },
    ),
  );
  return Promise.all(launched.map(withPort));
}

type Launched = Omit<NatsServer, 'port' | 'url'>;

function launch(
  configuration: (directory: string) => string,
  env: Readonly<Record<string, string>> = {},
  directory = mkdtempSync(join(tmpdir(), 'farad-nats-')),
): Launched {
  if (!('file' in NATS)) throw new Error(NATS.missing);
  const file = join(directory, 'nats.conf');
  writeFileSync(file, `ports_file_dir: ${JSON.stringify(directory)}\n${configuration(directory)}\n`);
  const server = spawn(NATS.file, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(server, 'exit');
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return { directory, process: server, output: () => said };
}

interface Ports {
  readonly nats?: readonly string[];
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

async function withPort(server: Launched): Promise<NatsServer> {
  const port = await until('the NATS server serves', () => {
    if (server.process.exitCode !== null) throw new Error(`the NATS server ended: ${server.output()}`);
    const [url] = portsOf(server)?.nats ?? [];
    return url === undefined ? undefined : Number(new URL(url).port);
  });
  return { ...server, port, url: `nats://127.0.0.1:${port}` };
}

function portsOf({ process: { pid }, directory }: Launched): Ports | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, `nats-server_${pid}.ports`), 'utf8')) as Ports;
  } catch {
    return undefined; // not written yet, or half
  }
}
