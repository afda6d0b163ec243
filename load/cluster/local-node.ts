import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { OwnGateway } from '../gateway.ts';
import { poll } from '../poll.ts';
import type { Target } from '../target.ts';

const BACK_WITHIN_MS = 60_000;

export interface NodeOptions {
  readonly name: string;
  readonly dataDir: string;
  readonly apiKey: string;
  /** More flags of `farad serve`. */
  readonly flags: readonly string[];
  /** When it is started again after its supervisor has ended, ms. */
  readonly againAfterMs: number;
  readonly events: NodeEvents;
}

/** What happens to a node that nobody asked for. */
export interface NodeEvents {
  /** Its supervisor has ended, or could not be started again: `SIGKILL`. */
  ended(node: LocalNode, how: string, againInMs: number): void;
  startedAgain(node: LocalNode): void;
}

/** A node of a cluster on this machine. When its supervisor ends, it is started again on the same ports. */
export class LocalNode {
  readonly name: string;
  readonly target: Target;
  readonly #options: NodeOptions;
  #gateway: OwnGateway;
  #isUp = true;
  /** How it ended last, or why it did not come up again. */
  #end = '';
  #again: NodeJS.Timeout | undefined;
  #starting: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Its data directory is emptied before it is started again. */
  #losesDisk = false;

  private constructor(options: NodeOptions, gateway: OwnGateway) {
    this.name = options.name;
    this.target = gateway.target;
    this.#options = options;
    this.#gateway = gateway;
    void this.#follow(gateway);
  }

  /** Resolves once the node serves. @throws Error with the end of its log if it does not come up. */
  static async start(options: NodeOptions): Promise<LocalNode> {
    return new LocalNode(options, await startGateway(options));
  }

  /** Of its supervisor. */
  get pid(): number {
    return this.#gateway.pid;
  }

  /** Name to pid of its processes now. */
  pids(): Promise<Record<string, number>> {
    return this.#gateway.pids();
  }

  /** The end of what it has logged since its last start. */
  get log(): string {
    return this.#gateway.log;
  }

  /**
   * SIGKILL to all of its processes. Resolves with the ms until it serves again. With `losesDisk`, it keeps
   * nothing but the pepper that all nodes share. @throws Error if it does not serve within a minute.
   */
  async kill(losesDisk = false): Promise<number> {
    this.#losesDisk = losesDisk;
    const killedAt = performance.now();
    const killed = this.#gateway;
    await killed.signal('SIGKILL');
    const isBack = (): true | undefined => (this.#gateway === killed ? undefined : true);
    if ((await poll(isBack, BACK_WITHIN_MS, 20)) === undefined)
      throw new Error(`node ${this.name} is not back ${BACK_WITHIN_MS} ms after SIGKILL: ${this.#end}`);
    return performance.now() - killedAt;
  }

  /** SIGSTOP to all of its processes for so long. Resolves with the ms that it took. */
  async pause(forMs: number): Promise<number> {
    const pausedAt = performance.now();
    await this.#gateway.signal('SIGSTOP');
    await wait(forMs);
    await this.#gateway.signal('SIGCONT');
    return performance.now() - pausedAt;
  }

  /** @throws Error if it does not end, or ends with an error. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#again);
    await this.#starting;
    if (this.#isUp) await this.#gateway.stop();
  }

  async #follow(gateway: OwnGateway): Promise<void> {
    const how = await gateway.ended;
    this.#isUp = false;
    this.#tryLater(how);
  }

  #tryLater(how: string): void {
    this.#end = how;
    if (this.#stopping) return;
    const { againAfterMs, events } = this.#options;
    events.ended(this, how, againAfterMs);
    this.#again = setTimeout(() => {
      this.#starting = this.#startAgain();
    }, againAfterMs);
  }

  async #startAgain(): Promise<void> {
    const { ocppUrl, apiUrl } = this.target;
    const ports = ['--ocpp-port', new URL(ocppUrl).port, '--api-port', new URL(apiUrl).port];
    try {
      if (this.#losesDisk) await emptyDirectory(this.#options.dataDir);
      this.#losesDisk = false;
      this.#gateway = await startGateway(this.#options, ports);
    } catch (error) {
      this.#tryLater(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#isUp = true;
    this.#options.events.startedAgain(this);
    void this.#follow(this.#gateway);
  }
}

async function emptyDirectory(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir))
    if (name !== 'pepper') await rm(join(dataDir, name), { recursive: true, force: true });
}

function startGateway(
  { flags, dataDir, apiKey }: NodeOptions,
  ports: readonly string[] = [],
): Promise<OwnGateway> {
  const ground = { dataDir, isKept: true, environment: { FARAD_API_KEY: apiKey } };
  return OwnGateway.start(1, [...flags, ...ports], ground);
}
