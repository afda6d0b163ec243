import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CertificateWithKey, newRoot, newServerCertificate } from './test-certificates.ts';

/** Where a gateway is reached. */
export interface Gateway {
  /** `ws://127.0.0.1:9220/ocpp`; the identity of the charge point follows. */
  readonly ocppUrl: string;
  /** The same over TLS; undefined where it is not known, and the cases that need it are not run. */
  readonly secure?: SecureEndpoint;
  /** `http://127.0.0.1:9221` */
  readonly apiUrl: string;
  readonly apiKey: string;
}

export interface SecureEndpoint {
  /** `wss://localhost:9443/ocpp` */
  readonly url: string;
  /** PEM of the root that the server's certificates lead to; undefined: one that Node knows. */
  readonly ca?: string;
}

export interface OwnGateway extends Gateway {
  readonly secure: Required<SecureEndpoint>;
  /** Ends the gateway and removes its data. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 50;
const SERVER_NAME = 'localhost';

/** The gateway did not come up; the message holds what it said last. */
export class GatewayStartError extends Error {
  override readonly name = 'GatewayStartError';
}

/**
 * Runs `command serve` with a data directory of its own, on free ports with and without TLS, and resolves
 * once it serves.
 * @param command what runs the gateway, for example the path of node and of its main file.
 * @param settings further settings, as flags without dashes: `{'ocpp-call-timeout': '5s'}`.
 */
export async function startOwnGateway(
  command: readonly [string, ...string[]],
  settings: Readonly<Record<string, string>>,
): Promise<OwnGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'farad-certify-'));
  const dataDir = join(folder, 'data');
  const apiKey = randomBytes(24).toString('base64url');
  const ca = await newRoot('Farad Certify Server Root');
  const flags = {
    'data-dir': dataDir,
    'ocpp-endpoints': 'ws://127.0.0.1:0,wss://127.0.0.1:0',
    'api-port': '0',
    'api-key': apiKey,
    'log-level': 'warn',
    ...(await writeSecrets(folder, ca)),
    ...settings,
  };
  const [file, ...args] = command;
  const given = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  // The channel carries nothing: when it closes, because this process has ended, the gateway stops.
  const child = spawn(file, [...args, 'serve', ...given], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const output = lastWords(child);
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { ocppEndpoints, api } = await readEndpoints(child, join(dataDir, 'endpoints.json'));
    const [ocppUrl = '', secureUrl = ''] = ocppEndpoints;
    const url = secureUrl.replace('127.0.0.1', SERVER_NAME);
    return { ocppUrl, secure: { url, ca: ca.pem }, apiUrl: api, apiKey, stop };
  } catch (error) {
    await stop();
    throw new GatewayStartError(`${(error as Error).message}${output()}`);
  }
}

/**
 * Writes what the gateway needs beside its settings: a pair for RSA and one for ECDSA, and a key to seal
 * those of its authorities with.
 */
async function writeSecrets(folder: string, ca: CertificateWithKey): Promise<Record<string, string>> {
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const pairs = await Promise.all(
    (['ec', 'rsa'] as const).map(async (kind) => {
      const { pem, keyPem } = await newServerCertificate(ca, SERVER_NAME, kind);
      return [await write(`${kind}.pem`, pem), await write(`${kind}.key`, keyPem)] as const;
    }),
  );
  return {
    'ocpp-tls-certificates': pairs.map(([certificate]) => certificate).join(),
    'ocpp-tls-keys': pairs.map(([, key]) => key).join(),
    'security-sealing-key-file': await write('sealing-key', randomBytes(32)),
  };
}

/** The file is there, and whole, once the gateway serves. */
async function readEndpoints(
  child: ChildProcess,
  file: string,
): Promise<{ ocppEndpoints: readonly string[]; api: string }> {
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
