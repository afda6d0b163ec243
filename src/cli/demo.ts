import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCertificates } from '../certificates/certificate.ts';
import { ConfigError } from '../config/config-error.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import type { DemoOrder } from '../simulator/process.ts';
import type { Log } from '../telemetry/log.ts';
import { BackOff, DEFAULT_BACK_OFF } from './back-off.ts';
import type { Endpoints } from './endpoints-file.ts';
import { UsageError } from './usage-error.ts';

/** Most charge points of a demo; the load tool goes further. */
export const MAX_DEMO_CHARGE_POINTS = 5000;

/** How long the simulator may take to close its sockets, ms. */
const STOP_GRACE_MS = 3000;

/** What `--demo N` changes about a start. */
export interface Demo {
  readonly chargePoints: number;
  readonly config: Config;
  /** Removes the demo's data directory, unless the user chose it. */
  cleanUp(): void;
}

/** The simulated fleet beside a running gateway. */
export interface DemoFleet {
  stop(): Promise<void>;
}

/**
 * Settings of a demo: a temporary data directory unless one was chosen, and a key of its own for the API
 * unless one was set. Throws UsageError for a number out of range, ConfigError when its charge points could
 * not connect.
 */
export function prepareDemo(count: string, { config, origins }: LoadedConfig): Demo {
  const chargePoints = Number(count);
  if (!/^\d+$/.test(count) || chargePoints < 1 || chargePoints > MAX_DEMO_CHARGE_POINTS) {
    throw new UsageError(`--demo must be a whole number from 1 to ${MAX_DEMO_CHARGE_POINTS}, not ${count}`);
  }
  if (config.ocpp.registration !== 'open') {
    throw new ConfigError(
      'ocpp.registration',
      'ocpp.registration must be open for --demo: its charge points are new',
    );
  }
  if (config.security.minProfile > 0) {
    throw new ConfigError(
      'security.minProfile',
      'security.minProfile must be 0 for --demo: its charge points have no passwords',
    );
  }
  const chosen = origins.get('dataDir') !== 'default';
  const dataDir = chosen ? config.dataDir : mkdtempSync(join(tmpdir(), 'farad-demo-'));
  const key = config.api.key || `farad_${randomBytes(24).toString('base64url')}`;
  return {
    chargePoints,
    config: { ...config, dataDir, api: { ...config.api, key } },
    cleanUp: () => {
      if (!chosen) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What the simulator is told about the gateway of a demo. */
export function demoOrder({ config, chargePoints }: Demo, endpoints: Endpoints): DemoOrder {
  return {
    ocppUrl: endpoints.ocpp,
    apiUrl: endpoints.api,
    apiKey: config.api.key,
    ocppCertificates: shownBy(config.ocpp.tls),
    apiCertificates: shownBy(config.api.tls),
    chargePoints,
  };
}

/** Starts the simulator and keeps it alive. Gateways do not depend on it. */
export function startFleet(order: DemoOrder, log: Log): DemoFleet {
  const file = fileURLToPath(new URL('../simulator/process.js', import.meta.url));
  const backOff = new BackOff(DEFAULT_BACK_OFF);
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;

  const start = (): void => {
    const startedAt = Date.now();
    const simulator = fork(file, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = simulator;
    simulator.send(order);
    simulator.on('message', (message) => report(message as SimulatorMessage, log));
    simulator.once('error', (error) => log.error({ err: error }, 'the simulator cannot be reached'));
    simulator.once('exit', (code, signal) => {
      child = undefined;
      if (stopping) return;
      const restartInMs = backOff.next(Date.now() - startedAt);
      log.error({ code, signal, restartInMs }, 'the simulator ended and is started again');
      restart = setTimeout(start, restartInMs);
    });
  };
  start();

  return {
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const simulator = child;
      if (!simulator) return;
      const ended = new Promise<void>((resolve) => simulator.once('exit', () => resolve()));
      const timer = setTimeout(() => simulator.kill('SIGKILL'), STOP_GRACE_MS);
      simulator.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * The certificates of a TLS port themselves, without those that issued them: the demo believes nobody else.
 */
function shownBy({ certificates }: { readonly certificates: readonly string[] }): string[] {
  return certificates.flatMap((file) => readCertificates(readFileSync(file, 'utf8'))?.[0]?.pem ?? []);
}

type SimulatorMessage =
  | { readonly type: 'ready'; readonly chargePoints: number }
  | { readonly type: 'note'; readonly level: 'info' | 'warn'; readonly message: string };

function report(message: SimulatorMessage, log: Log): void {
  if (message.type === 'ready') log.info(`the simulator drives ${message.chargePoints} charge points`);
  else log[message.level](`simulator: ${message.message}`);
}
