import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../../src/cli/endpoints-file.ts';
import type { ProcessPlan } from '../../src/cli/supervised-process.ts';

const runner = fileURLToPath(new URL('../fixtures/supervisor/run.mjs', import.meta.url));

/** What a fake process does instead of working; see test/fixtures/supervisor/process.mjs. */
export interface FakeBehaviour {
  readonly refuse?: string;
  readonly exitCode?: number;
  readonly ignoresStop?: boolean;
  readonly newKey?: string;
  /** Its first life computes without an end once it is ready. */
  readonly blocks?: boolean;
  /** What it says of its health. */
  readonly health?: { readonly restartFor: string };
}

export interface FakeGatewayOptions {
  readonly dataDir: string;
  readonly names?: readonly string[];
  readonly nice?: Readonly<Record<string, number>>;
  readonly plans?: Readonly<Record<string, Pick<ProcessPlan, 'nodeFlags' | 'environment' | 'idleClass'>>>;
  readonly behaviour?: Readonly<Record<string, FakeBehaviour>>;
  readonly backOff?: { readonly first: number; readonly longest: number; readonly stableAfter: number };
  readonly stopGraceMs?: number;
  /** `ocpp.drain` as text. */
  readonly drain?: string;
  /** Starts it as npx does: under a shell that waits for it. */
  readonly shell?: boolean;
  /** Starts it with an IPC channel, as the load tool does. */
  readonly channel?: boolean;
}

/** A line that a fake process printed, or a line of the supervisor's log. */
export type Line = Readonly<Record<string, unknown>>;

/** A supervisor in a process of its own, with fake processes under it. */
export class FakeGateway {
  readonly child: ChildProcess;
  readonly dataDir: string;
  stdout = '';
  stderr = '';
  private exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(options: FakeGatewayOptions) {
    const { behaviour = {}, names = ['edge-0', 'control', 'analytics'], shell, channel, ...order } = options;
    this.dataDir = options.dataDir;
    const command = [process.execPath, runner, JSON.stringify({ names, ...order })] as const;
    const [file, ...args] = shell ? (['sh', '-c', '"$0" "$@"; exit $?', ...command] as const) : command;
    const npm = shell ? 'exec' : 'start';
    this.child = spawn(file, args, {
      env: { ...process.env, FARAD_FAKE: JSON.stringify(behaviour), npm_command: npm },
      stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
    });
    this.child.stdout?.on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr?.on('data', (text) => {
      this.stderr += text;
    });
    this.child.once('close', (code, signal) => {
      this.exit = { code, signal };
    });
  }

  /** Events of the fake processes, in order; of one process and kind if given. */
  events(name?: string, event?: string): Line[] {
    const lines = jsonLines(this.stdout).filter((line) => 'event' in line);
    return lines.filter((line) => (!name || line.name === name) && (!event || line.event === event));
  }

  /** Lines of the supervisor's log. */
  log(): Line[] {
    return jsonLines(this.stderr);
  }

  endpoints(): Endpoints | undefined {
    const file = join(this.dataDir, 'endpoints.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Endpoints) : undefined;
  }

  /** Resolves with the endpoints once everything is ready. */
  serving(): Promise<Endpoints> {
    return until('the gateway serves', () =>
      / serves["\n]/.test(this.stdout) ? this.endpoints() : undefined,
    );
  }

  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return until('the supervisor exits', () => this.exit);
  }

  /**
   * Kills the supervisor and nothing else; resolves when it is gone. Its children may hold its output open.
   */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await until(
      'the supervisor is gone',
      () => this.child.exitCode !== null || this.child.signalCode !== null,
    );
  }

  async destroy(): Promise<void> {
    if (!this.exit) await this.kill();
  }
}

/** Polls `probe` until it returns something; fails after ten seconds, saying what was awaited. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false,
  withinMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** True while a process with that id runs; one that only waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** A directory that `remove` takes away again. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'farad-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function jsonLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
}
