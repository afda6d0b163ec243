import { get } from 'node:http';

/** How often a node is asked, and how long it may take to answer, ms. */
const ASK_EVERY_MS = 500;
const ANSWERS_WITHIN_MS = 2_000;

/** A node that left so many questions in a row without an answer is gone. */
const GONE_AFTER = 3;

/** `busy`: it answers that it cannot serve charge points now, and keeps those that it has. */
export type Health = 'ready' | 'busy' | 'gone';

/** What a balancer knows of a node from the health page of its port, which it asks for again and again. */
export class NodeHealth {
  readonly #url: string;
  readonly #onGone: (() => void)[] = [];
  #health: Health = 'ready';
  #unanswered = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `url` answers 200 while the node takes what the balancer would give it. */
  constructor(url: string) {
    this.#url = url;
    this.#askLater();
  }

  get now(): Health {
    return this.#health;
  }

  /** Runs `then` whenever the node has become `gone`. */
  onGone(then: () => void): void {
    this.#onGone.push(then);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #askLater(): void {
    this.#timer = setTimeout(() => void this.#ask(), ASK_EVERY_MS);
  }

  async #ask(): Promise<void> {
    const status = await statusOf(this.#url);
    if (this.#stopped) return;
    const before = this.#health;
    this.#unanswered = status === undefined ? this.#unanswered + 1 : 0;
    if (status === 200) this.#health = 'ready';
    else this.#health = this.#unanswered < GONE_AFTER ? 'busy' : 'gone';
    if (this.#health === 'gone' && before !== 'gone') for (const then of this.#onGone) then();
    this.#askLater();
  }
}

/** Undefined where there was no answer. */
function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: ANSWERS_WITHIN_MS }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}
