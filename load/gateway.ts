import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeOwnDirectory, noteOwners, removeAbandoned } from './own-directories.ts';
import { poll } from './poll.ts';
import { serverProcesses } from './server-processes.ts';
import type { CentralSystem, Target } from './target.ts';

/** As the gateway writes them into its data directory once it serves. */
interface Endpoints {
  readonly pid: number;
  readonly ocpp: string;
  readonly ocppEndpoints: readonly string[];
  readonly api: string;
  readonly processes: Readonly<Record<string, number>>;
}

const START_TIMEOUT_MS = 60_000;
const RESTART_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL = 4_000;

/** A server under load: a gateway that the tool started, or whatever runs already. */
export interface Gateway {
  readonly target: CentralSystem | Target;
  /** Name to pid of its processes now; empty where they are not known. */
  pids(): Promise<Record<string, number>>;
  /** The end of what it has logged; empty where that is not known. */
  readonly log: string;
  stop(): Promise<void>;
}

/** @param pids of its processes on this machine, as far as they are known. */
export function runningGateway(target: CentralSystem | Target, pids: readonly number[]): Gateway {
  return { target, log: '', pids: async () => serverProcesses(pids), stop: async () => undefined };
}

/** A gateway of the load tool's own, in a data directory that goes when it goes. */
export class OwnGateway implements Gateway {
  readonly target: Target;
  /** In the order of its settings. */
  readonly ocppUrls: readonly string[];
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #log: LogTail;

  private constructor(
    endpoints: Endpoints,
    apiKey: string,
    dataDir: string,
    child: ChildProcess,
    log: LogTail,
  ) {
    this.target = { ocppUrl: endpoints.ocpp, apiUrl: endpoints.api, apiKey };
    this.ocppUrls = endpoints.ocppEndpoints;
    this.dataDir = dataDir;
    this.#child = child;
    this.#log = log;
  }

  /**
   * Starts `farad serve` and waits until it serves.
   * @param flags more flags for it.
   * @param filled a data directory to run on, which goes with the gateway; a new one if absent.
   * @param environment beside that of this process.
   * @throws Error with the end of its log if it does not come up.
   */
  static async start(
    edges: number,
    flags: readonly string[],
    filled?: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<OwnGateway> {
    await removeAbandoned();
    const dataDir = filled ?? (await makeOwnDirectory());
    const apiKey = apiKeyIn(flags) ?? randomBytes(24).toString('base64url');
    const args = [
      'serve',
      '--data-dir',
      dataDir,
      '--ocpp-port',
      '0',
      '--api-port',
      '0',
      '--ocpp-registration',
      'open',
    ];
    args.push('--edge-processes', String(edges), '--log-level', 'warn', ...flags);
    const child = spawn(process.execPath, [mainFile(), ...args], {
      env: { ...process.env, ...environment, FARAD_API_KEY: apiKey },
      // The channel carries nothing: when it closes, because this process has ended, the gateway stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in the terminal reaches the load tool, which stops the gateway after the
      // fleet.
      detached: true,
    });
    const log = new LogTail(child);
    let exited = false;
    child.once('exit', () => {
      exited = true;
    });
    try {
      // It may outlive this process, while it stops.
      if (filled === undefined && child.pid !== undefined)
        await noteOwners(dataDir, [process.pid, child.pid]);
      const endpoints = await poll<Endpoints | 'ended'>(
        async () => (exited ? 'ended' : readEndpoints(dataDir)),
        START_TIMEOUT_MS,
        50,
      );
      if (endpoints === undefined || endpoints === 'ended') {
        throw new Error(`the gateway ${exited ? 'ended' : 'did not come up'}:\n${log.text}`);
      }
      return new OwnGateway(endpoints, apiKey, dataDir, child, log);
    } catch (error) {
      child.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  get log(): string {
    return this.#log.text;
  }

  async pids(): Promise<Record<string, number>> {
    const endpoints = await readEndpoints(this.dataDir);
    return endpoints === undefined ? {} : { ...endpoints.processes, supervisor: endpoints.pid };
  }

  /** SIGKILL to one of its processes; resolves with the ms until the supervisor had brought it back. */
  async kill(name: string): Promise<number> {
    const { [name]: pid } = await this.pids();
    if (pid === undefined) throw new Error(`the gateway has no process ${name}`);
    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    const back = await poll(
      async () => {
        const { [name]: now } = await this.pids();
        return now === undefined || now === pid ? undefined : now;
      },
      RESTART_TIMEOUT_MS,
      20,
    );
    if (back === undefined) throw new Error(`${name} was not restarted within ${RESTART_TIMEOUT_MS} ms`);
    return performance.now() - killedAt;
  }

  /**
   * Stops it in order and removes its data directory. @throws Error if it does not end, or ends with an
   * error.
   */
  async stop(): Promise<void> {
    const ended = this.#child.exitCode !== null || this.#child.signalCode !== null;
    const exit = ended
      ? Promise.resolve()
      : new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
    await rm(this.dataDir, { recursive: true, force: true });
    if (this.#child.exitCode !== 0) {
      throw new Error(
        `the gateway ended with ${this.#child.signalCode ?? this.#child.exitCode}:\n${this.log}`,
      );
    }
  }
}

/** The last key that flags of `farad serve` name; without one the gateway takes that of its environment. */
export function apiKeyIn(flags: readonly string[]): string | undefined {
  const given = flags.flatMap((flag, index) => {
    if (flag.startsWith('--api-key=')) return [flag.slice('--api-key='.length)];
    const value = flags[index + 1];
    return flag === '--api-key' && value !== undefined ? [value] : [];
  });
  return given.at(-1);
}

/** The last few thousand characters that a process printed. */
class LogTail {
  text = '';

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.text = (this.text + text).slice(-LOG_TAIL);
      });
    }
  }
}

function mainFile(): string {
  // From build/load/ and from load/ alike the repository is where package.json is.
  const up = import.meta.url.includes('/build/load/') ? '../../' : '../';
  return fileURLToPath(new URL(`${up}dist/main.js`, import.meta.url));
}

async function readEndpoints(dataDir: string): Promise<Endpoints | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // not up yet
    throw error;
  }
}
