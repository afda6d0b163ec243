import { setTimeout as pause } from 'node:timers/promises';

/** Pause before a stream that did not answer is asked again, ms. */
const ASK_EVERY_MS = 100;

/**
 * Stands before a stream: while that does not answer, one asks it again and again, and the others wait. (That
 * JetStream is not there comes back at once: all of those who wait would ask thousands of times a second.)
 */
export class StreamGate {
  private isShut = false;
  private isAsked = false;
  /** Monotonic, ms. */
  private answeredAt = Number.NEGATIVE_INFINITY;
  private readonly waiting = new Set<() => void>();

  /**
   * Runs `ask` once the stream may be asked, with whether it has been silent before; undefined where that is
   * not before `deadline` (monotonic ms). `ask` answers whether the stream said anything.
   */
  async through<Answer extends { readonly isSilent: boolean }>(
    deadline: number,
    ask: (wasSilent: boolean) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const wasSilent = await this.turn(deadline);
    if (wasSilent === undefined) return undefined;
    const asked = performance.now();
    let isSilent = false;
    try {
      const answer = await ask(wasSilent);
      isSilent = answer.isSilent;
      return answer;
    } finally {
      if (!isSilent) this.open();
      // Where the stream has answered somebody since, it was only this question that was lost.
      else if (asked > this.answeredAt) this.isShut = true;
      if (wasSilent) this.leave();
    }
  }

  private open(): void {
    this.answeredAt = performance.now();
    this.isShut = false;
    for (const wake of [...this.waiting]) wake();
  }

  /** Whether it comes as the one who asks a silent stream again; undefined where its time is over. */
  private async turn(deadline: number): Promise<boolean | undefined> {
    while (this.isShut) {
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      if (this.isAsked) {
        await this.change(left);
        continue;
      }
      this.isAsked = true;
      await pause(Math.min(ASK_EVERY_MS, left));
      if (performance.now() < deadline) return true;
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
