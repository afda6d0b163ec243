import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { OwnGateway } from '../../load/gateway.ts';
import { poll } from '../../load/poll.ts';
import { importTokens } from '../../src/simulator/provisioning.ts';
import { mainThreadCpuSeconds, processCpuSeconds } from '../../src/telemetry/process-metrics.ts';
import type { Contender, Figure, Reading } from '../bench.ts';
import { BEGIN, type ClientOrder, type FromClient, type TlsOrder } from './client-messages.ts';
import { TAGS, tag } from './messages.ts';

export const FRAME_FIGURES: readonly Figure[] = [
  { key: 'rate', unit: 'CALLs answered per second', better: 'higher' },
  { key: 'main thread', unit: 'µs of CPU per CALL, of the thread that holds the sockets', better: 'lower' },
  { key: 'process', unit: 'µs of CPU per CALL, of the process that holds the sockets', better: 'lower' },
  { key: 'all', unit: 'µs of CPU per CALL, of all processes of the contender', better: 'lower' },
];

/** A server that the client can talk to. */
export interface Server {
  /** Without the identity. */
  readonly url: string;
  /** For a `wss` URL. */
  readonly tls?: TlsOrder;
  /** Of the processes that hold the sockets. */
  readonly holders: readonly number[];
  /** Of all its processes. */
  readonly pids: readonly number[];
  /** Resolves when it has finished what a run has left behind; that is part of the CPU it cost. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface FaradOptions {
  readonly flags?: readonly string[];
  /** Stops the process that moves rows into ClickHouse, so that the journal is where they stay. */
  readonly sinkPaused?: boolean;
  /** Edge processes; default 1. */
  readonly edges?: number;
}

/** Charge points here come and send as fast as they are answered. */
const UNLIMITED = [
  ...['--ocpp-frames-per-second', '1000000', '--ocpp-frame-burst', '1000000'],
  ...['--ocpp-upgrades-per-second', '1000000', '--ocpp-registrations-per-second', '1000000'],
];

/** How long the sink may take to catch up with a run, ms. */
const DRAIN_TIMEOUT_MS = 30_000;

/** A whole gateway with its defaults, except for the rate limit per charge point. */
export async function startFarad(options: FaradOptions): Promise<Server> {
  return (await startGateway(options)).server;
}

/** The same, with the gateway itself. */
export async function startGateway({
  flags = [],
  sinkPaused = false,
  edges = 1,
}: FaradOptions): Promise<{ gateway: OwnGateway; server: Server }> {
  const gateway = await OwnGateway.start(edges, [...UNLIMITED, ...flags]);
  const { apiUrl, apiKey, ocppUrl } = gateway.target;
  const cards = Array.from({ length: TAGS }, (_, index) => ({
    idTag: tag(index),
    status: 'Accepted' as const,
  }));
  await importTokens({ url: apiUrl, key: apiKey }, cards);
  const pids = await gateway.pids();
  const holders = Object.entries(pids).flatMap(([name, pid]) => (name.startsWith('edge-') ? [pid] : []));
  const { analytics } = pids;
  if (holders.length !== edges || analytics === undefined) throw new Error('the gateway lacks a process');
  if (sinkPaused) process.kill(analytics, 'SIGSTOP');
  const server: Server = {
    url: ocppUrl,
    holders,
    pids: Object.values(pids),
    async settle() {
      if (!sinkPaused) await poll(() => isDrained(apiUrl, apiKey), DRAIN_TIMEOUT_MS, 100);
    },
    async stop() {
      if (sinkPaused) process.kill(analytics, 'SIGCONT');
      await gateway.stop();
    },
  };
  return { gateway, server };
}

/** Whether ClickHouse has everything; undefined while it has not. */
async function isDrained(apiUrl: string, apiKey: string): Promise<true | undefined> {
  const response = await fetch(`${apiUrl}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } });
  const entries = [...(await response.text()).matchAll(/^farad_queue_entries\{[^}]*\} (\d+)$/gm)];
  return entries.length > 0 && entries.every(([, count]) => count === '0') ? true : undefined;
}

/** A contender that is one process of its own file beside this one. */
export async function startProcess(file: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const pid = child.pid as number;
  return {
    url: `ws://127.0.0.1:${port}`,
    holders: [pid],
    pids: [pid],
    settle: () => Promise.resolve(),
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

export type Run = Omit<ClientOrder, 'url' | 'tls' | 'serial' | 'warmUpMs' | 'measureMs'>;

/** A contender whose server starts with its first run and stays, so that the rounds find it warm. */
export class FramesContender implements Contender {
  readonly name: string;
  readonly note?: string;
  readonly #start: () => Promise<Server>;
  readonly #run: Run;
  #server: Server | undefined;
  #runs = 0;

  constructor(name: string, note: string | undefined, start: () => Promise<Server>, run: Run) {
    this.name = name;
    if (note !== undefined) this.note = note;
    this.#start = start;
    this.#run = run;
  }

  async run(): Promise<Reading> {
    this.#server ??= await this.#start();
    this.#runs++;
    return measure(this.#server, this.#run, this.#runs);
  }

  async close(): Promise<void> {
    await this.#server?.stop();
  }
}

const WARM_UP_MS = 500;
const MEASURE_MS = 2_000;
const SERIALS_PER_RUN = 1_000_000;

/** One run of the client against a server; `booted` is called between the last boot and the first CALL. */
export async function measure(
  server: Server,
  run: Run,
  runs: number,
  onBooted?: (seconds: number) => void,
): Promise<Reading> {
  const orders = ordersOf(server, run, runs);
  const clients = orders.map((order) => {
    const client = fork(fileURLToPath(new URL('./client.js', import.meta.url)));
    client.send(order);
    return client;
  });
  const exits = clients.map((client) => once(client, 'exit'));
  const boots = await heardFromAll(clients, 'booted');
  onBooted?.(Math.max(...boots.map(({ seconds }) => seconds)));
  for (const client of clients) client.send(BEGIN);
  const measuring = heardFromAll(clients, 'measured');
  await heardFromAll(clients, 'began');
  const before = cpuOf(server);
  const measured = await measuring;
  const after = cpuOf(server);
  await Promise.all(exits);
  await server.settle();
  const answered = measured.reduce((sum, one) => sum + one.answered, 0);
  const perCall = (cpuSeconds: number): number => (cpuSeconds * 1e6) / answered;
  // What only follows the run (rows on their way to ClickHouse) was caused by the warm-up, too.
  const caused = answered * (1 + WARM_UP_MS / MEASURE_MS);
  return {
    rate: measured.reduce((sum, one) => sum + one.answered / one.seconds, 0),
    'main thread': perCall(after.main - before.main),
    process: perCall(after.process - before.process),
    all: perCall(after.process - before.process) + ((cpuOf(server).others - before.others) * 1e6) / caused,
  };
}

/**
 * CALLs for `ms`, until ClickHouse has all that was answered.
 * @returns the answers, the time until the last row was stored, and the CPU of all the server's processes.
 */
export async function answerAndDrain(
  server: Server,
  run: Run,
  runs: number,
  ms: number,
): Promise<{ answered: number; seconds: number; cpuSeconds: number }> {
  const clients = ordersOf(server, run, runs).map((order) => {
    const client = fork(fileURLToPath(new URL('./client.js', import.meta.url)));
    client.send({ ...order, warmUpMs: 0, measureMs: ms } satisfies ClientOrder);
    return client;
  });
  const exits = clients.map((client) => once(client, 'exit'));
  await heardFromAll(clients, 'booted');
  for (const client of clients) client.send(BEGIN);
  const measuring = heardFromAll(clients, 'measured');
  await heardFromAll(clients, 'began');
  const began = performance.now();
  const before = cpuOf(server);
  const measured = await measuring;
  await Promise.all(exits);
  await server.settle();
  const after = cpuOf(server);
  return {
    answered: measured.reduce((sum, one) => sum + one.answered, 0),
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: after.process - before.process + after.others - before.others,
  };
}

/** Open files are capped at 20,000 a process here and there; so many charge points share one client. */
const CHARGE_POINTS_PER_CLIENT = 19_000;

/** The orders that share a run out. */
function ordersOf(server: Server, run: Run, runs: number): ClientOrder[] {
  const clients = Math.ceil(run.chargePoints / CHARGE_POINTS_PER_CLIENT);
  const share = Math.ceil(run.chargePoints / clients);
  return Array.from({ length: clients }, (_, place) => ({
    ...run,
    ...(run.inFlight !== undefined && { inFlight: Math.ceil(run.inFlight / clients) }),
    chargePoints: Math.min(share, run.chargePoints - place * share),
    firstIndex: place * share,
    url: server.url,
    ...(server.tls !== undefined && { tls: server.tls }),
    serial: 10_000_000 + (runs * clients + place) * SERIALS_PER_RUN,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
  }));
}

/** One that fails would leave the others, and with them this process, waiting for ever: it ends them all. */
function heardFromAll<Type extends FromClient['type']>(
  clients: readonly ChildProcess[],
  type: Type,
): Promise<Extract<FromClient, { type: Type }>[]> {
  const all = Promise.all(clients.map((client) => heard(client, type)));
  all.catch(() => clients.forEach((client) => void client.kill()));
  return all;
}

function heard<Type extends FromClient['type']>(
  client: ChildProcess,
  type: Type,
): Promise<Extract<FromClient, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromClient): void => {
      if (message.type !== type && message.type !== 'failed') return;
      client.off('message', onMessage).off('exit', onExit);
      if (message.type === 'failed') {
        client.kill();
        reject(new Error(message.reason));
      } else resolve(message as Extract<FromClient, { type: Type }>);
    };
    const onExit = (): void => reject(new Error('the client ended'));
    client.on('message', onMessage).once('exit', onExit);
  });
}

function cpuOf({ holders, pids }: Server): { main: number; process: number; others: number } {
  const sum = (of: (pid: number) => number | undefined, some: readonly number[]): number =>
    some.reduce((total, pid) => total + (of(pid) ?? 0), 0);
  return {
    main: sum(mainThreadCpuSeconds, holders),
    process: sum(processCpuSeconds, holders),
    others: sum(
      processCpuSeconds,
      pids.filter((pid) => !holders.includes(pid)),
    ),
  };
}
