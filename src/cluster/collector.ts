import type { Appended } from './fate.ts';

/** Most messages of a stream that are on their way from this process before changes are collected. */
const MOST_ON_THEIR_WAY = 2;

/** What a message of several changes holds at most; one that is larger goes alone. */
const MOST_BYTES = 64 * 1024;
const MOST_CHANGES = 250;

/** Those of a message have so much of the same time left, ms: what ends it ends them all. */
const SAME_DEADLINE_MS = 500;

/** A change as its message, for the log. */
export interface Written {
  readonly id: string;
  /** Its own subject. */
  readonly subject: string;
  readonly bytes: Uint8Array;
}

interface Waiting {
  readonly change: Written;
  readonly deadline: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: unknown) => void;
}

/** Sends changes in one message, before `deadline` (monotonic ms). */
type Send = (changes: readonly [Written, ...Written[]], deadline: number) => Promise<Appended>;

/**
 * Hands on the changes of a stream: at once while few messages are on their way, and otherwise together with
 * those that come meanwhile. So a change of a quiet gateway waits for nothing, and a storm costs the servers
 * a message for many changes.
 */
export class Collector {
  private readonly send: Send;
  private readonly waiting: Waiting[] = [];
  private onTheirWay = 0;
  private isDue = false;

  constructor(send: Send) {
    this.send = send;
  }

  /** Resolves with what became of its message; rejects where that was refused for good. */
  append(change: Written, deadline: number): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ change, deadline, resolve, reject });
      if (this.isDue) return;
      this.isDue = true;
      // At the end of this turn, when all who come in it are there.
      setImmediate(() => this.sendNext());
    });
  }

  private sendNext(): void {
    this.isDue = false;
    while (this.onTheirWay < MOST_ON_THEIR_WAY) {
      const [first, ...others] = this.take();
      if (!first) return;
      this.onTheirWay++;
      void this.sendTogether([first, ...others]).then(() => {
        this.onTheirWay--;
        this.sendNext();
      });
    }
  }

  /** Those who come first and fit into a message; none where nobody waits. */
  private take(): readonly Waiting[] {
    const [first] = this.waiting;
    if (!first) return [];
    const latest = first.deadline + SAME_DEADLINE_MS;
    let [count, bytes] = [0, 0];
    for (const { change, deadline } of this.waiting) {
      bytes += change.bytes.length;
      if (count > 0 && (bytes > MOST_BYTES || count === MOST_CHANGES || deadline > latest)) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  /** Never rejects: the promises of those who wait do. */
  private async sendTogether(together: readonly [Waiting, ...Waiting[]]): Promise<void> {
    const [first, ...others] = together;
    try {
      const changes = [first.change, ...others.map(({ change }) => change)] as const;
      const appended = await this.send(changes, Math.min(...together.map(({ deadline }) => deadline)));
      for (const { resolve } of together) resolve(appended);
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
}
