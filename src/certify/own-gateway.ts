import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Where a gateway is reached. */
export interface Gateway {
  /** `ws://127.0.0.1:9220/ocpp`; the identity of the charge point follows. */
  readonly ocppUrl: string;
  /** `http://127.0.0.1:9221` */
  readonly apiUrl: string;
  readonly apiKey: string;
}

export interface OwnGateway extends Gateway {
  /** Ends the gateway and removes its data. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 50;

/** The gateway did not come up; the message holds what it said last. */
export class GatewayStartError extends Error {
  override readonly name = 'GatewayStartError';
}

/**
 * Runs `command serve` with a data directory of its own, on free ports, and resolves once it serves.
 * @param command what runs the gateway, for example the path of node and of its main file.
 * @param settings further settings, as flags without dashes: `{'ocpp-call-timeout': '5s'}`.
 */
export async function startOwnGateway(
  command: readonly [string, ...string[]],
  settings: Readonly<Record<string, string>>,
): Promise<OwnGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'farad-certify-'));
  const apiKey = randomBytes(24).toString('base64url');
  const flags = {
    'data-dir': dataDir,
    'ocpp-port': '0',
    'api-port': '0',
    'api-key': apiKey,
    'log-level': 'warn',
    ...settings,
  };
  const [file, ...args] = command;
  const given = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  // The channel carries nothing: when it closes, because this process has ended, the gateway stops.
  const child = spawn(file, [...args, 'serve', ...given], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const output = lastWords(child);
  const stop = async () => {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const { ocpp, api } = await readEndpoints(child, join(dataDir, 'endpoints.json'));
    return { ocppUrl: ocpp, apiUrl: api, apiKey, stop };
  } catch (error) {
    await stop();
    throw new GatewayStartError(`${(error as Error).message}${output()}`);
  }
}

/** The file is there, and whole, once the gateway serves. */
async function readEndpoints(child: ChildProcess, file: string): Promise<{ ocpp: string; api: string }> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (!existsSync(file)) {
    if (isOver(child)) throw new Error('the gateway ended before it served');
    if (Date.now() > giveUpAt) throw new Error(`the gateway does not serve after ${READY_WITHIN_MS} ms`);
    await wait(LOOK_AGAIN_MS);
  }
  return JSON.parse(await readFile(file, 'utf8'));
}

async function end(child: ChildProcess): Promise<void> {
  if (isOver(child)) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await exited;
  clearTimeout(kill);
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** The last lines of what the process prints. */
function lastWords(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = `${text}${part}`.slice(-2000);
    });
  return () => (text === '' ? '' : `; it said:\n${text.trimEnd()}`);
}
