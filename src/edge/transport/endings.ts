import type { Duplex } from 'node:stream';

/** How long connections may be taken down in one turn of the event loop, ms. */
const TURN_MS = 2;

/**
 * Takes down the connections that their peers have ended, for a moment in each turn of the event loop. Over
 * TLS each takes a quarter of a millisecond, and a network that fails ends thousands at once: those who stay
 * connected are answered meanwhile.
 */
export class Endings {
  private readonly clock: () => number;
  private waiting: (() => void)[] = [];
  private next = 0;
  private isPlanned = false;

  /** `clock` is monotonic, ms. */
  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock;
  }

  /** From now on, what the connection would do at its peer's end waits for its turn. */
  watch(connection: Duplex): void {
    const listeners = connection.listeners('end') as ((this: Duplex) => void)[];
    // Else Node would close it at once.
    connection.allowHalfOpen = true;
    connection.removeAllListeners('end');
    connection.once('end', () => {
      this.waiting.push(() => {
        if (!connection.destroyed) for (const listener of listeners) listener.call(connection);
      });
      this.plan();
    });
  }

  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    this.isPlanned = false;
    const endsAt = this.clock() + TURN_MS;
    while (this.next < this.waiting.length && this.clock() < endsAt) this.waiting[this.next++]?.();
    if (this.next < this.waiting.length) {
      this.plan();
      return;
    }
    this.waiting = [];
    this.next = 0;
  };
}
