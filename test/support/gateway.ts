import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** A whole gateway, started as a user would: `farad serve` in a process of its own. */
export interface Gateway {
  readonly dataDir: string;
  /** Base URL for charge points. */
  readonly ocpp: string;
  /** Base URL of the API. */
  readonly api: string;
  readonly supervisor: ChildProcess;
  /** What `endpoints.json` says now. */
  endpoints(): Endpoints;
  /** Ends one of its processes, or the supervisor, without warning. */
  kill(name: string): void;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /**
   * An API call with the admin key; throws on any status but 2xx, unless `status` is the one that is
   * expected.
   */
  request<Answer = unknown>(method: string, path: string, body?: unknown, status?: number): Promise<Answer>;
  /** What it printed so far, both streams. */
  output(): string;
}

export interface Endpoints {
  readonly pid: number;
  readonly ocpp: string;
  readonly ocppEndpoints: readonly string[];
  readonly api: string;
  readonly processes: Readonly<Record<string, number>>;
}

/** The key that gateways of tests begin with. */
export const API_KEY = 'farad_test_key_0123456789';
const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

/** A data directory that is gone after the test, once nothing writes to it any more. */
export function dataDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'farad-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return path;
}

/** Starts a gateway on free ports and waits until it serves; it is stopped after the test. */
export async function startGateway(
  flags: readonly string[] = [],
  dataDir = dataDirectory(),
): Promise<Gateway> {
  let printed = '';
  const supervisor = spawn(
    process.execPath,
    [
      MAIN,
      'serve',
      '--data-dir',
      dataDir,
      '--ocpp-port',
      '0',
      '--api-port',
      '0',
      '--api-key',
      API_KEY,
      '--log-level',
      'warn',
      ...flags,
    ],
    // It stops when the channel closes, because the tests were ended halfway.
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const exited = once(supervisor, 'exit') as Promise<[number | null]>;
  const stop = async () => {
    if (supervisor.exitCode === null && supervisor.signalCode === null) supervisor.kill('SIGTERM');
    const [code] = await exited;
    return code;
  };
  onTestFinished(async () => {
    await stop();
  });

  const endpoints = () => JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
  const serving = await until('the gateway serves', () => {
    if (supervisor.exitCode !== null) throw new Error(`the gateway ended: ${printed}`);
    try {
      const found = endpoints();
      return found.pid === supervisor.pid ? found : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });

  return {
    dataDir,
    ocpp: serving.ocpp,
    api: serving.api,
    supervisor,
    endpoints,
    kill(name) {
      const pid = name === 'supervisor' ? supervisor.pid : endpoints().processes[name];
      if (pid === undefined) throw new Error(`no process ${name}`);
      process.kill(pid, 'SIGKILL');
    },
    stop,
    async request<Answer>(method: string, path: string, body?: unknown, status?: number) {
      const response = await fetch(`${serving.api}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${API_KEY}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (status === undefined ? !response.ok : response.status !== status) {
        throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      }
      return (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as Answer;
    },
    output: () => printed,
  };
}

/** Whether a process with this id runs; one that has ended but that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3) !== 'Z';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
