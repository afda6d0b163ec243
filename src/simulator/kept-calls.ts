/**
 * Transaction messages that wait for their confirmation, oldest first. Nearly always there is none or one:
 * that one needs no array, whose storage would be made anew for each message of each charge point.
 */
export class KeptCalls<Call> {
  #first: Call | undefined;
  readonly #later: Call[] = [];

  get first(): Call | undefined {
    return this.#first;
  }

  get count(): number {
    return (this.#first === undefined ? 0 : 1) + this.#later.length;
  }

  push(call: Call): void {
    if (this.#first === undefined) this.#first = call;
    else this.#later.push(call);
  }

  /** Forgets the oldest one. */
  shift(): void {
    this.#first = this.#later.length === 0 ? undefined : this.#later.shift();
  }
}
