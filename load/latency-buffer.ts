/** Collects latencies cheaply: a growing array that is handed over and begun anew. */
export class LatencyBuffer {
  #values = new Uint32Array(256);
  #length = 0;

  /** @param ms cut to whole microseconds; at most about an hour. */
  add(ms: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = Math.min(4_294_967_295, Math.max(0, ms * 1000));
  }

  /** What was collected since the last call; undefined if nothing was. */
  take(): Uint32Array | undefined {
    if (this.#length === 0) return undefined;
    const taken = this.#values.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
