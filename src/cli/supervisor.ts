import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isClustered } from '../config/cluster-check.ts';
import { endpointsOf, withPorts } from '../config/endpoints.ts';
import type { Config } from '../config/schema.ts';
import { healthOf } from '../link/health.ts';
import type { Link } from '../link/link.ts';
import type { OcppEndpoint, ReadyInfo } from '../link/messages.ts';
import { createRelay } from '../link/relay.ts';
import type { Log } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { measureProcess } from '../telemetry/process-metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { type BackOffSettings, DEFAULT_BACK_OFF } from './back-off.ts';
import type { DataDirLock } from './data-dir-lock.ts';
import { type Endpoints, removeEndpoints, writeEndpoints } from './endpoints-file.ts';
import { Heartbeats } from './heartbeat.ts';
import { InsistentWrite } from './insistent-write.ts';
import { StartError } from './start-error.ts';
import { type ProcessEnd, type ProcessPlan, SupervisedProcess } from './supervised-process.ts';

/** How long a process may take to stop before it is killed, ms. */
const STOP_GRACE_MS = 10_000;

/** How often each process is asked for a sign of life, ms. */
const HEARTBEAT_EVERY_MS = 1000;

/** How long a process may take to read its certificates again, ms. */
const RELOAD_WITHIN_MS = 5000;

const SHARED_SECRET_BYTES = 32;

/** Processes that charge points do without. */
const SPARED: readonly string[] = ['analytics', 'replica'];

/** A gateway that was never up gives up when one of its processes ended this often in a row. */
const GIVE_UP_AFTER = 5;

export interface SupervisorOptions {
  readonly config: Config;
  readonly lock: DataDirLock;
  readonly plans: readonly ProcessPlan[];
  readonly log: Log;
  readonly backOff?: BackOffSettings;
  readonly stopGraceMs?: number;
}

export interface Supervisor {
  /**
   * Resolves when every process does its work for the first time; rejects with StartError when that is
   * hopeless.
   */
  readonly ready: Promise<Started>;
  /** Stops every process gracefully, then resolves; kills what does not stop in time. Runs once. */
  stop(): Promise<void>;
  /** Kills every process now. */
  kill(): void;
  /** Has every process read its certificates again; the log says what came of it. */
  reload(): Promise<void>;
}

export interface Started {
  readonly endpoints: Endpoints;
  /** An API key that control generated at this start. */
  readonly newKey: string | undefined;
  /** Of the edges, in the order of the settings. */
  readonly ocpp: readonly OcppEndpoint[];
}

/**
 * Starts the processes of the gateway in parallel and keeps them alive: what ends is started again, with
 * back-off and on the port it had before. Opens no socket and does no work of its own, so that nothing here
 * can fail under load.
 */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { config, lock, plans, log, backOff = DEFAULT_BACK_OFF, stopGraceMs = STOP_GRACE_MS } = options;
  const relay = createRelay({ metrics, ...(isClustered(config) && { node: config.cluster.node }) });
  const restarts = metrics.counter('farad_process_restarts_total', 'Processes that ended unasked.', ['name']);
  /** What the processes said on their first start; it holds for every later one. */
  let known: ReadyInfo = {};
  const processes: SupervisedProcess[] = [];
  const sharedSecret = randomBytes(SHARED_SECRET_BYTES);
  let isUp = false;
  let stopped: Promise<void> | undefined;
  const [ready, settle] = deferred<Started>();

  const noted = new InsistentWrite('the lock of the data directory', () => lock.write(), log);
  const told = new InsistentWrite(
    'endpoints.json',
    () => writeEndpoints(lock.directory, currentEndpoints(known, processes)),
    log,
  );

  const startInfo = () => ({
    config: withBoundPorts(config, known),
    exclusive: plans.filter(isEdge).length === 1,
    sharedSecret,
  });

  const onReady = (plan: ProcessPlan, info: ReadyInfo): void => {
    known = { ...info, ...known };
    if (isUp) log.info(`${plan.name} is back`);
    // With a port of the system's choice the first edge finds it for all.
    for (const other of processes)
      if (isEdge(other.plan) && !other.wasStarted && mayStart(other.plan)) other.start();
    if (!processes.every((one) => one.isReady)) return;
    told.now();
    if (isUp) return;
    isUp = true;
    const endpoints = currentEndpoints(known, processes);
    settle.resolve({ endpoints, newKey: known.newKey, ocpp: known.endpoints ?? [] });
  };

  const onEnd = (plan: ProcessPlan, end: ProcessEnd): boolean => {
    restarts.with({ name: plan.name }).inc();
    if (isUp || (end.refusal === undefined && end.failures < GIVE_UP_AFTER)) return true;
    settle.reject(
      new StartError(end.refusal ?? `${plan.name} ended ${end.failures} times in a row (${end.reason})`),
    );
    return false;
  };

  const mayStart = (plan: ProcessPlan): boolean =>
    endpointsOf(config).every(({ port }) => port !== 0) ||
    known.endpoints !== undefined ||
    !isEdge(plan) ||
    plan === plans.find(isEdge);

  for (const plan of plans) {
    processes.push(
      new SupervisedProcess(plan, {
        relay,
        log,
        backOff,
        startInfo,
        events: {
          started: (pid) => {
            lock.note(plan.name, pid);
            noted.now();
          },
          ready: (info) => onReady(plan, info),
          ended: (end) => onEnd(plan, end),
        },
      }),
    );
  }
  const link = relay.join('supervisor');
  const endWatch = serveSupervisor(link, processes, log);
  removeEndpoints(lock.directory);
  for (const one of processes) if (mayStart(one.plan)) one.start();

  const stop = async (): Promise<void> => {
    endWatch();
    told.stop();
    removeEndpoints(lock.directory);
    await stopInTurn(processes, config.ocpp.drain, stopGraceMs);
    noted.stop();
    lock.release();
  };

  return {
    ready,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    kill: () => {
      for (const one of processes) one.kill();
    },
    reload: () => reloadAll(link, log),
  };
}

/**
 * Stops all at once; or, where the sockets are to be closed over `drainMs`, the edges first, so that control
 * can tell meanwhile that Farad is not ready. What has not stopped `graceMs` after the drain is killed.
 */
async function stopInTurn(
  processes: readonly SupervisedProcess[],
  drainMs: number,
  graceMs: number,
): Promise<void> {
  const deadline = performance.now() + drainMs + graceMs;
  const stopNow = (one: SupervisedProcess): Promise<boolean> => one.stop(deadline - performance.now());
  const edges = Promise.all(processes.filter(({ plan }) => isEdge(plan)).map(stopNow));
  if (drainMs > 0) await Promise.race([edges, pause(drainMs + graceMs / 2, undefined, { ref: false })]);
  await Promise.all([edges, ...processes.filter(({ plan }) => !isEdge(plan)).map(stopNow)]);
}

/**
 * The supervisor answers for itself on the link: it says which process is down, and which one does not answer
 * any more. Ends the watch when called.
 */
function serveSupervisor(link: Link, processes: readonly SupervisedProcess[], log: Log): () => void {
  metrics.process = link.name;
  measureProcess(metrics);
  const heartbeats = new Heartbeats({
    link,
    processes: processes.map((one) => ({
      name: one.plan.name,
      isEdge: isEdge(one.plan),
      pid: () => (one.isReady ? one.pid : undefined),
      end: (reason) => one.replace(reason),
    })),
  });
  for (const watched of heartbeats.watched()) watchman.watch(watched);
  watchman.start({ log, serves: 'charge-points' });
  const beating = setInterval(() => heartbeats.tick(), HEARTBEAT_EVERY_MS).unref();
  link.serve('metrics.read', () => metrics.collect());
  link.serve('health.read', () => {
    // /readyz sees by itself whether these answer, and charge points do without them.
    const down = processes.filter(({ isReady, plan }) => !isReady && !SPARED.includes(plan.name));
    return healthOf({ problems: down.map(({ plan }) => `${plan.name} is not running`) }, watchman.standing());
  });
  return () => {
    clearInterval(beating);
    watchman.stop();
  };
}

async function reloadAll(link: Link, log: Log): Promise<void> {
  const speakTls = link.peers().filter((name) => name.startsWith('edge-') || name === 'control');
  const answers = await Promise.allSettled(
    speakTls.map(async (name) => ({
      name,
      ...(await link.call(name, 'tls.reload', {}, { deadlineMs: RELOAD_WITHIN_MS })),
    })),
  );
  for (const answer of answers) {
    if (answer.status === 'rejected')
      log.warn({ err: answer.reason }, 'a process did not read its certificates again');
  }
  log.info('certificates were read again where they changed');
}

function isEdge(plan: ProcessPlan): boolean {
  return plan.name.startsWith('edge-');
}

/** The settings with the ports that were bound before, so that a restarted process is found where it was. */
function withBoundPorts(config: Config, known: ReadyInfo): Config {
  return {
    ...withPorts(config, known.endpoints?.map(({ url }) => portOf(url)) ?? []),
    api: { ...config.api, port: portOf(known.api) ?? config.api.port },
  };
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port) || undefined;
}

function currentEndpoints(known: ReadyInfo, processes: readonly SupervisedProcess[]): Endpoints {
  const pids = processes.map((one) => [one.plan.name, one.pid ?? 0] as const);
  const urls = known.endpoints?.map(({ url }) => url) ?? [];
  return {
    pid: process.pid,
    ocpp: (urls.find((url) => url.startsWith('ws://')) ?? urls[0]) || '',
    ocppEndpoints: urls,
    api: known.api ?? '',
    processes: Object.fromEntries(pids),
  };
}

function deferred<T>(): [Promise<T>, { resolve: (value: T) => void; reject: (error: Error) => void }] {
  let settle: { resolve: (value: T) => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error('a promise runs its executor at once');
  return [promise, settle];
}
