/** Does something again and again, every `everyMs`; where it still goes on by then, not before it is over. */
export class Strikes {
  readonly #strike: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;

  /** `strike` never rejects. */
  constructor(strike: () => Promise<void>) {
    this.#strike = strike;
  }

  start(everyMs: number): void {
    this.#timer = setInterval(() => {
      this.#underWay ??= this.#strike().finally(() => {
        this.#underWay = undefined;
      });
    }, everyMs);
  }

  /** Resolves once what is under way is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }
}
