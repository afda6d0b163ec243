/** How to end what has been started, in the opposite order. */
export class Endings {
  readonly #endings: (() => Promise<void>)[] = [];

  add(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  /** Runs each of them once, also where another failed. @throws what the first one that failed threw. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.#endings.splice(0).reverse()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
