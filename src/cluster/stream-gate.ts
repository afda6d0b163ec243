import { setTimeout as pause } from 'node:timers/promises';

/** How long a stream may take to say something, ms. */
export interface Patience {
  /** After this a stream that has answered before counts as silent. */
  readonly firstMs: number;
  /** While it is silent, the next question is asked after this, and after a pause. */
  readonly againMs: number;
  readonly pauseMs: number;
}

const PATIENCE: Patience = { firstMs: 2000, againMs: 500, pauseMs: 100 };

/**
 * Stands before a stream: while that does not answer, one asks it again and again, and the others wait. (That
 * JetStream is not there comes back at once: all of those who wait would ask thousands of times a second.)
 * What was asked before stands meanwhile: a stream that is slow has answered once a late answer comes.
 */
export class StreamGate {
  private readonly patience: Patience;
  private isShut = false;
  private isAsked = false;
  /** Monotonic, ms. */
  private answeredAt = Number.NEGATIVE_INFINITY;
  private readonly waiting = new Set<() => void>();

  constructor(patience = PATIENCE) {
    this.patience = patience;
  }

  /**
   * Asks, and asks again while the stream is silent; resolves with the first answer to any of these
   * questions, or with undefined where none comes before `deadline` (monotonic ms). `ask` waits until then,
   * and resolves with undefined where the stream says nothing. What it throws is an answer.
   */
  async through<Answer>(
    deadline: number,
    ask: () => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    const { firstMs, againMs, pauseMs } = this.patience;
    const answers: Promise<Answer | undefined>[] = [];
    let hear = (): void => undefined;
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const put = async (): Promise<void> => {
      const asked = performance.now();
      const question = ask();
      if (await isSilent(question)) {
        this.shut(asked);
      } else {
        answers.push(question);
        this.open();
        hear();
      }
    };
    do {
      const isAgain = await this.turn(deadline, () => answers.length > 0);
      if (answers.length > 0 || isAgain === undefined) break;
      const asked = performance.now();
      const most = Math.min(isAgain ? againMs : firstMs, deadline - asked);
      const hasEnded = await endsWithin(most, put(), heard);
      if (!hasEnded) this.shut(asked);
      if (isAgain) this.leave();
      // It answers others.
      if (hasEnded && answers.length === 0 && !this.isShut) await pause(pauseMs);
    } while (answers.length === 0 && performance.now() < deadline);
    return answers[0];
  }

  private open(): void {
    this.answeredAt = performance.now();
    this.isShut = false;
    for (const wake of [...this.waiting]) wake();
  }

  /** Where the stream has answered somebody since, it was only this question that was lost. */
  private shut(asked: number): void {
    if (asked > this.answeredAt) this.isShut = true;
  }

  /**
   * Resolves once the stream may be asked, with whether it is silent; with undefined where the time is over
   * before, or `isOver` says that there is no need any more.
   */
  private async turn(deadline: number, isOver: () => boolean): Promise<boolean | undefined> {
    while (this.isShut) {
      const left = deadline - performance.now();
      if (left <= 0 || isOver()) return undefined;
      if (this.isAsked) {
        await this.change(left);
        continue;
      }
      this.isAsked = true;
      await pause(Math.min(this.patience.pauseMs, left));
      if (performance.now() < deadline && !isOver()) return true;
      this.leave();
    }
    return false;
  }

  /** Another one may ask. */
  private leave(): void {
    this.isAsked = false;
    const [first] = this.waiting;
    first?.();
  }

  /** Resolves when the stream has answered, when it may be asked, or after `most` ms. */
  private async change(most: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, most);
      this.waiting.add(wake);
    });
  }
}

async function isSilent(question: Promise<unknown>): Promise<boolean> {
  try {
    return (await question) === undefined;
  } catch {
    return false;
  }
}

/** Whether one of them ends within so many ms. */
async function endsWithin(most: number, ...works: readonly Promise<void>[]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, most, false);
  });
  try {
    return await Promise.race([...works.map((work) => work.then(() => true)), silence]);
  } finally {
    clearTimeout(timer);
  }
}
