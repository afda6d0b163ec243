import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnDirectory, noteOwners, removeAbandoned } from './own-directories.ts';
import { poll } from './poll.ts';
import { repositoryFile } from './repository.ts';
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
/** So many kinds of lines of its log are kept apart. */
const MOST_KINDS = 50;
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

/** What a gateway runs on. */
export interface GatewayGround {
  /** A data directory; a new one if absent. */
  readonly dataDir?: string | undefined;
  /** Whether the data directory outlives the gateway. */
  readonly isKept?: boolean;
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * A gateway of the load tool's own, in a data directory that goes when it goes, unless that is to be kept.
 */
export class OwnGateway implements Gateway {
  readonly target: Target;
  /** In the order of its settings. */
  readonly ocppUrls: readonly string[];
  readonly dataDir: string;
  /** Of its supervisor. */
  readonly pid: number;
  /** Resolves once it has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<string>;
  readonly #isKept: boolean;
  readonly #child: ChildProcess;
  readonly #log: LogTail;

  private constructor(
    endpoints: Endpoints,
    apiKey: string,
    { dataDir, isKept }: { readonly dataDir: string; readonly isKept: boolean },
    child: ChildProcess,
    log: LogTail,
  ) {
    this.target = { ocppUrl: endpoints.ocpp, apiUrl: endpoints.api, apiKey };
    this.ocppUrls = endpoints.ocppEndpoints;
    this.dataDir = dataDir;
    this.pid = endpoints.pid;
    this.#isKept = isKept;
    this.#child = child;
    this.#log = log;
    this.ended = hasEnded(child)
      ? Promise.resolve(endOf(child))
      : new Promise((resolve) => child.once('exit', () => resolve(endOf(child))));
  }

  /**
   * Starts `farad serve` and waits until it serves.
   * @param flags more flags for it.
   * @throws Error with the end of its log if it does not come up.
   */
  static async start(
    edges: number,
    flags: readonly string[],
    { dataDir: given, isKept = false, environment = {} }: GatewayGround = {},
  ): Promise<OwnGateway> {
    await removeAbandoned();
    const dataDir = given ?? (await makeOwnDirectory());
    const apiKey = apiKeyIn(flags) ?? environment.FARAD_API_KEY ?? randomBytes(24).toString('base64url');
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
    const child = spawn(process.execPath, [repositoryFile('dist/main.js'), ...args], {
      env: { ...process.env, ...environment, FARAD_API_KEY: apiKey },
      // The channel carries nothing: when it closes, because this process has ended, the gateway stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in the terminal reaches the load tool, which stops the gateway after the
      // fleet.
      detached: true,
    });
    const log = new LogTail(child);
    try {
      // It may outlive this process, while it stops.
      if (given === undefined && child.pid !== undefined) await noteOwners(dataDir, [process.pid, child.pid]);
      const endpoints = await poll<Endpoints | 'ended'>(
        async () => (hasEnded(child) ? 'ended' : endpointsBy(child.pid, await readEndpoints(dataDir))),
        START_TIMEOUT_MS,
        50,
      );
      if (endpoints === undefined || endpoints === 'ended') {
        throw new Error(`the gateway ${hasEnded(child) ? 'ended' : 'did not come up'}:\n${log.text}`);
      }
      return new OwnGateway(endpoints, apiKey, { dataDir, isKept }, child, log);
    } catch (error) {
      child.kill('SIGKILL');
      if (!isKept) await rm(dataDir, { recursive: true, force: true });
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

  /** Sends a signal to its supervisor, and then to all of its processes. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const { supervisor = 0, ...processes } = await this.pids();
    for (const pid of [supervisor, ...Object.values(processes)].filter((known) => known > 0)) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
      }
    }
  }

  /**
   * Stops it in order and removes its data directory, unless that is kept. @throws Error if it does not end,
   * or ends with an error.
   */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const end = await this.ended;
    clearTimeout(timer);
    if (!this.#isKept) await rm(this.dataDir, { recursive: true, force: true });
    if (this.#child.exitCode !== 0) throw new Error(`the gateway ended with ${end}:\n${this.log}`);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function endOf(child: ChildProcess): string {
  return String(child.signalCode ?? child.exitCode);
}

/** Undefined where an earlier gateway wrote them, which was killed. */
function endpointsBy(pid: number | undefined, endpoints: Endpoints | undefined): Endpoints | undefined {
  return endpoints?.pid === pid ? endpoints : undefined;
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

/** What a process printed: the first of each kind of line, and the last few thousand characters. */
class LogTail {
  readonly #firsts = new Map<string, { readonly line: string; count: number }>();
  #tail = '';
  #unfinished = '';

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => this.#add(text));
    }
  }

  get text(): string {
    const firsts = [...this.#firsts.values()]
      .filter(({ line }) => !this.#tail.includes(line))
      .map(({ line, count }) => (count === 1 ? line : `${line} (${count} times)`));
    return [...firsts, this.#tail].join('\n');
  }

  #add(text: string): void {
    this.#tail = (this.#tail + text).slice(-LOG_TAIL);
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    for (const line of lines) {
      // What the log calls it, or its first words.
      const kind = /"msg":"([^"]*)/.exec(line)?.[1] ?? line.slice(0, 40);
      const known = this.#firsts.get(kind);
      if (known) known.count++;
      else if (this.#firsts.size < MOST_KINDS) this.#firsts.set(kind, { line, count: 1 });
    }
  }
}

async function readEndpoints(dataDir: string): Promise<Endpoints | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // not up yet
    throw error;
  }
}
