/** What keeps a queue from being drained at present. */
export interface Hindrance {
  /** Epoch ms. */
  readonly since: number;
  readonly cause: Error;
}

/** Keeps what hinders a queue for as long as it does, so that nobody is told the cause of an hour ago. */
export class Trouble {
  private hindrance: Hindrance | undefined;
  /** When rows last got through, monotonic ms; 0 before the first. */
  movedAt = 0;

  /** Undefined while nothing does. */
  get present(): Hindrance | undefined {
    return this.hindrance;
  }

  /** Takes down the present cause; it began with the first one since all was well. */
  meet(cause: Error): void {
    this.hindrance = { since: this.hindrance?.since ?? Date.now(), cause };
  }

  /** Something got through. */
  over(): void {
    this.hindrance = undefined;
    this.movedAt = performance.now();
  }
}
