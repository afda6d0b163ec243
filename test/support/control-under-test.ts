import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config } from '../../src/config/schema.ts';
import { createApp } from '../../src/control/app.ts';
import { bootstrapKey } from '../../src/control/bootstrap-key.ts';
import type { OpenApiDocument } from '../../src/control/openapi/document.ts';
import { readSealingKeys } from '../../src/control/sealing-keys.ts';
import type { Link } from '../../src/link/link.ts';
import { createRelay, type Relay } from '../../src/link/relay.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { answerChecker } from './described-answers.ts';

export const API_KEY = 'a-key-for-tests-0123456789';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape the description has just been held to
  readonly body: any;
}

export interface Send {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>;
  readonly json?: unknown;
}

/**
 * A real API server on a free port, a real store in a directory of its own, and a link whose other ends the
 * test plays.
 */
export interface ControlUnderTest {
  readonly app: FastifyInstance;
  readonly base: string;
  readonly config: Config;
  readonly store: Store;
  readonly relay: Relay;
  /** Lines that were logged. */
  readonly log: string[];
  /** Joins the link as another process. */
  process(name: string): Link;
  /** Sends a request with the API key; the answer has been held against the OpenAPI document. */
  send(method: string, path: string, options?: Send): Promise<Answer>;
  close(): Promise<void>;
}

export async function startControl(
  change: (config: Config) => Config = (config) => config,
): Promise<ControlUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'farad-control-'));
  const config = change(loadConfig({ flags: { 'data-dir': dataDir, 'api-port': '0', 'api-key': API_KEY } }));
  const sealingKeys = readSealingKeys(config);
  const store = openStore({ dataDir, role: 'setup', ...(sealingKeys && { sealingKeys }) });
  const relay = createRelay();
  const lines: string[] = [];
  const log = logTo({ write: (line) => void lines.push(line) }, 'debug', 'control');
  const { accepted } = await bootstrapKey(store, config.api.key);
  const app = await createApp({
    config,
    store,
    link: relay.join('control'),
    log,
    keys: [accepted],
    version: '0.0.0',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const check = checkerFor(await (await fetch(`${base}/api/v1/openapi.json`)).text());

  return {
    app,
    base,
    config,
    store,
    relay,
    log: lines,
    process: (name) => relay.join(name),
    async send(method, path, { headers = {}, body, json } = {}) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${API_KEY}`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body !== undefined && { body, duplex: 'half' }),
      });
      const text = await response.text();
      const type = response.headers.get('content-type');
      const isJson = type?.startsWith('application/json') ?? false;
      const answer = isJson ? (JSON.parse(text) as unknown) : text === '' ? undefined : text;
      check(method, path, response.status, type, answer);
      return { status: response.status, headers: response.headers, body: answer };
    },
    async close() {
      await app.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** By the description that they check: what they have compiled is kept from test to test. */
const checkers = new Map<string, ReturnType<typeof answerChecker>>();

function checkerFor(description: string): ReturnType<typeof answerChecker> {
  const known = checkers.get(description) ?? answerChecker(JSON.parse(description) as OpenApiDocument);
  checkers.set(description, known);
  return known;
}
