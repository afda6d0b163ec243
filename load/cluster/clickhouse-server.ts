import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ServerFault = 'unavailable' | 'cut-after' | 'cut-before' | 'silent';

/**
 * The embedded engine as a ClickHouse server, which several gateways can share (see clickhouse-stand-in.mjs).
 * It can be killed and come back.
 */
export interface ClickHouseServer {
  readonly url: string;
  /** Makes the next `times` inserts fail. */
  fail(fault: ServerFault, times?: number): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same tables. */
  restart(): Promise<void>;
  /** Ends it, and removes its tables unless their directory was given. */
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./clickhouse-stand-in.mjs', import.meta.url));

export interface ClickHouseOptions {
  readonly password?: string;
  /** Where the tables are; a folder for temporary files if absent. */
  readonly directory?: string;
  /** 0 is normal, 10 is nice. */
  readonly nice?: number;
}

/** Starts a server on a loopback port of its own choice. @throws Error if it does not come up. */
export async function startClickHouse(options: ClickHouseOptions = {}): Promise<ClickHouseServer> {
  const { password = '', directory = mkdtempSync(join(tmpdir(), 'farad-clickhouse-')), nice = 0 } = options;
  let child: ChildProcess;

  const start = async (port: number): Promise<number> => {
    child = fork(PROGRAM, [directory, String(port), password], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A group of its own: Ctrl-C in the terminal reaches whoever started it, which ends it in its turn.
      detached: true,
    });
    if (nice > 0 && child.pid !== undefined) setPriority(child.pid, nice);
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the ClickHouse server ended: ${signal ?? code}`);
    });
    const [told] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    return told.port;
  };
  const port = await start(0);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    async fail(fault, times = 1) {
      const heard = once(child, 'message');
      child.send({ fault, times });
      await heard;
    },
    kill,
    async restart() {
      await start(port);
    },
    async close() {
      await kill();
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}
