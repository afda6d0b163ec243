import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ServerFault = 'unavailable' | 'cut-after' | 'cut-before' | 'silent';

/** The stand-in for a ClickHouse server (see clickhouse-stand-in.mjs), which can be killed and come back. */
export interface ClickHouseServer {
  readonly url: string;
  /** Makes the next `times` inserts fail. */
  fail(fault: ServerFault, times?: number): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same tables. */
  restart(): Promise<void>;
  /** Ends it and removes its tables. */
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./clickhouse-stand-in.mjs', import.meta.url));

export async function startClickHouse({ password = '' } = {}): Promise<ClickHouseServer> {
  const directory = mkdtempSync(join(tmpdir(), 'farad-clickhouse-'));
  let child: ChildProcess;

  const start = async (port: number): Promise<number> => {
    child = fork(PROGRAM, [directory, String(port), password], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [told] = (await once(child, 'message')) as [{ port: number }];
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
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
