import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FleetOrder, FleetReport, FromFleet, ToFleet } from './fleet-messages.ts';
import { type Confirmed, type LedgerColumns, ledgerRows } from './ledger.ts';

/**
 * Nearly all that a fleet makes is garbage at once, and what matters is that no collection makes it late:
 * - a young generation of 8 MiB: short collections, and so few that hardly a message is under way in one;
 * - no pretenuring: after a ramp it would put each reading into the old generation, which keeps its text
 *   alive and promotes all of it;
 * - one thread per collection: others would have to be given a core first, which the gateway is using.
 */
const EXEC_ARGV = ['--max-semi-space-size=8', '--no-allocation-site-pretenuring', '--no-parallel-scavenge'];
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

/** One simulating process as the coordinator sees it. */
class Simulator {
  readonly order: FleetOrder;
  readonly child: ChildProcess;
  latest: FleetReport | undefined;
  readonly #ledgers = new Map<number, (columns: LedgerColumns) => void>();
  #lastRequest = 0;
  #onReady: () => void = () => undefined;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  #stopping = false;

  constructor(
    file: string,
    order: FleetOrder,
    onReport: (report: FleetReport) => void,
    onDeath: (reason: string) => void,
  ) {
    this.order = order;
    this.child = fork(file, [], { serialization: 'advanced', execArgv: EXEC_ARGV, detached: true });
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.ended = new Promise((resolve) => this.child.once('exit', () => resolve()));
    this.child.on('message', (message: FromFleet) => {
      if (message.type === 'ready') this.#onReady();
      else if (message.type === 'ledger') this.#ledgers.get(message.request)?.(message.columns);
      else if (message.type === 'report') {
        this.latest = message;
        onReport(message);
      }
    });
    this.child.once('exit', (code, signal) => {
      if (!this.#stopping) onDeath(`a simulating process ended (${signal ?? code})`);
    });
    this.send(order);
  }

  send(message: ToFleet): void {
    if (message.type === 'stop') this.#stopping = true;
    if (this.child.connected) this.child.send(message);
  }

  ledger(): Promise<Confirmed[]> {
    const request = ++this.#lastRequest;
    return new Promise((resolve) => {
      this.#ledgers.set(request, (columns) => {
        this.#ledgers.delete(request);
        const { identityPrefix, firstIndex } = this.order;
        resolve(ledgerRows(columns, (place) => `${identityPrefix}${firstIndex + place}`));
      });
      this.send({ type: 'ledger', request });
    });
  }
}

/** The simulating processes together. */
export class Simulators {
  readonly #simulators: readonly Simulator[];

  /**
   * @param onReport called with each report of each process.
   * @param onDeath called if one ends by itself.
   */
  constructor(
    orders: readonly FleetOrder[],
    onReport: (report: FleetReport) => void,
    onDeath: (reason: string) => void,
  ) {
    const file = fileURLToPath(new URL('./fleet-process.js', import.meta.url));
    this.#simulators = orders.map((order) => new Simulator(file, order, onReport, onDeath));
  }

  /** Name to pid. */
  get pids(): Record<string, number> {
    return Object.fromEntries(
      this.#simulators.map(({ child }, place) => [`simulator-${place}`, child.pid ?? 0]),
    );
  }

  /** The newest report of each process. */
  get latest(): FleetReport[] {
    return this.#simulators.flatMap(({ latest }) => (latest === undefined ? [] : [latest]));
  }

  get isSettled(): boolean {
    return this.latest.length === this.#simulators.length && this.latest.every((report) => report.settled);
  }

  async whenReady(): Promise<void> {
    const ready = Promise.all(this.#simulators.map((simulator) => simulator.ready));
    if (!(await within(START_TIMEOUT_MS, ready))) throw new Error('the simulating processes do not start');
  }

  ramp(rampMs: number): void {
    for (const simulator of this.#simulators) simulator.send({ type: 'ramp', rampMs });
  }

  /** So many cards are presented, and so many sessions end, on top of what charge points do by themselves. */
  load(authorizePerSecond: number, sessionsPerSecond = 0): void {
    const processes = this.#simulators.length;
    for (const simulator of this.#simulators) {
      simulator.send({
        type: 'load',
        authorizePerSecond: authorizePerSecond / processes,
        sessionsPerSecond: sessionsPerSecond / processes,
      });
    }
  }

  /** Cuts all lines at once. */
  cut(forgetsSessions: boolean): void {
    for (const simulator of this.#simulators) simulator.send({ type: 'cut', forgetsSessions });
  }

  windDown(spreadMs: number): void {
    for (const simulator of this.#simulators) simulator.send({ type: 'wind-down', spreadMs });
  }

  /** What was confirmed so far, one row per charge point. */
  async ledger(): Promise<Confirmed[]> {
    return (await Promise.all(this.#simulators.map((simulator) => simulator.ledger()))).flat();
  }

  /** Closes all sockets and ends the processes. */
  async stop(): Promise<void> {
    for (const simulator of this.#simulators) simulator.send({ type: 'stop' });
    const ended = Promise.all(this.#simulators.map((simulator) => simulator.ended));
    if (await within(STOP_TIMEOUT_MS, ended)) return;
    for (const { child } of this.#simulators) child.kill('SIGKILL');
    await ended;
  }
}

/** The orders that share a fleet out over `processes`. */
export function shareOut(whole: Omit<FleetOrder, 'type' | 'firstIndex'>, processes: number): FleetOrder[] {
  const share = Math.ceil(whole.chargePoints / processes);
  const orders: FleetOrder[] = [];
  for (let firstIndex = 0; firstIndex < whole.chargePoints; firstIndex += share) {
    const chargePoints = Math.min(share, whole.chargePoints - firstIndex);
    orders.push({ ...whole, type: 'order', firstIndex, chargePoints });
  }
  return orders;
}

/** Whether `done` is fulfilled within `ms`. */
async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const result = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return result;
}
