import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { endNats, type NatsServer, relaunchNats, whenServing } from './nats-server.ts';

/** When a server that was killed is started again, ms. */
const AGAIN_AFTER_MS = 5_000;

/** A NATS server of a cluster on this machine, which can be disturbed. */
export class LocalNats {
  readonly name: string;
  readonly url: string;
  #server: NatsServer;

  constructor(name: string, server: NatsServer) {
    this.name = name;
    this.url = server.url;
    this.#server = server;
  }

  get pid(): number {
    return this.#server.process.pid ?? 0;
  }

  /** SIGKILL, and a new start some seconds later. Resolves with the ms until it serves again. */
  async kill(): Promise<number> {
    const killedAt = performance.now();
    const { process: child } = this.#server;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await wait(AGAIN_AFTER_MS);
    this.#server = await whenServing(relaunchNats(this.#server));
    return performance.now() - killedAt;
  }

  /** SIGSTOP for so long. Resolves with the ms that it took. */
  async pause(forMs: number): Promise<number> {
    const pausedAt = performance.now();
    const { process: child } = this.#server;
    child.kill('SIGSTOP');
    await wait(forMs);
    child.kill('SIGCONT');
    return performance.now() - pausedAt;
  }

  async end(): Promise<void> {
    await endNats(this.#server);
  }
}
