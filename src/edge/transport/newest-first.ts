/**
 * Those who wait, the newest first. In a storm that lasts longer than clients are patient, whoever has waited
 * longest is about to give up, and what is done for him is lost.
 */
export class NewestFirst<Key, Value> {
  private readonly waiting = new Map<Key, Value>();
  /** Oldest first; with some who wait no more. */
  private order: Key[] = [];

  get size(): number {
    return this.waiting.size;
  }

  /** How many places it holds, with those of some who left. */
  get length(): number {
    return this.order.length;
  }

  /** Adds one who has never waited. */
  add(key: Key, value: Value): void {
    this.waiting.set(key, value);
    this.order.push(key);
    // So at most half of it is of no use.
    if (this.order.length > 2 * this.waiting.size) this.order = [...this.waiting.keys()];
  }

  /** Takes the newest out; undefined where nobody waits. */
  take(): readonly [Key, Value] | undefined {
    for (let key = this.order.pop(); key !== undefined; key = this.order.pop()) {
      const value = this.waiting.get(key);
      if (value === undefined) continue;
      this.waiting.delete(key);
      return [key, value];
    }
    return undefined;
  }

  delete(key: Key): void {
    this.waiting.delete(key);
  }

  keys(): Iterable<Key> {
    return this.waiting.keys();
  }
}
