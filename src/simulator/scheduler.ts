/** What rings when an alarm is due. `kind` is the owner's own number for what is to be done. */
export interface AlarmOwner {
  onAlarm(kind: number, dueAt: number): void;
}

/**
 * A thing to do at a time. It belongs to one owner for good and can be set again and again without garbage.
 */
export class Alarm {
  readonly owner: AlarmOwner;
  readonly kind: number;
  dueAt = 0;
  /** Place in the scheduler's heap, -1 while it is not set. */
  position = -1;

  constructor(owner: AlarmOwner, kind: number) {
    this.owner = owner;
    this.kind = kind;
  }

  get isSet(): boolean {
    return this.position >= 0;
  }
}

/**
 * Alarms that ring within one turn of the event loop; then sockets are read again, so that a burst does not
 * age the answers.
 */
const ALARMS_PER_TURN = 128;
/** Node's timers count whole milliseconds; an alarm this close rings now rather than a millisecond late. */
const EARLY_MS = 0.5;

/**
 * All the timers of a process: a heap of alarms behind one Node timer. Tens of thousands of charge points
 * with a few alarms each cost a few array moves per event, and no timer object per charge point.
 *
 * Times are milliseconds of `performance.now()`, fractions included.
 */
export class Scheduler {
  readonly #heap: Alarm[] = [];
  #timer: NodeJS.Timeout | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #immediate: NodeJS.Immediate | undefined;
  #ringing = false;
  #closed = false;
  readonly #observeLateness: ((ms: number) => void) | undefined;

  /**
   * @param observeLateness told for each alarm how late it rang, in ms: how far the generator itself lags
   *   behind its schedule.
   */
  constructor(observeLateness?: (ms: number) => void) {
    this.#observeLateness = observeLateness;
  }

  now(): number {
    return performance.now();
  }

  /** Epoch milliseconds, whole, of a scheduler time. */
  epochMs(at: number): number {
    return Math.round(performance.timeOrigin + at);
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Sets or moves an alarm. */
  set(alarm: Alarm, dueAt: number): void {
    if (this.#closed) return;
    alarm.dueAt = dueAt;
    if (alarm.position < 0) {
      alarm.position = this.#heap.length;
      this.#heap.push(alarm);
      this.#siftUp(alarm);
    } else {
      this.#siftUp(alarm);
      this.#siftDown(alarm);
    }
    if (alarm.position === 0 && !this.#ringing && this.#immediate === undefined) this.#arm();
  }

  cancel(alarm: Alarm): void {
    const position = alarm.position;
    if (position < 0) return;
    alarm.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === alarm) return;
    this.#heap[position] = last;
    last.position = position;
    this.#siftUp(last);
    this.#siftDown(last);
  }

  /** Forgets everything; later calls of `set` do nothing. */
  close(): void {
    this.#closed = true;
    for (const alarm of this.#heap) alarm.position = -1;
    this.#heap.length = 0;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined) return;
    if (this.#timer !== undefined) {
      if (first.dueAt >= this.#armedFor) return;
      clearTimeout(this.#timer);
    }
    this.#armedFor = first.dueAt;
    // setTimeout overflows above 2^31-1 ms; a distant alarm is simply looked at again then.
    const wait = Math.min(Math.max(0, first.dueAt - this.now()), 2_147_483_647);
    this.#timer = setTimeout(this.#ring, wait);
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#immediate = undefined;
    this.#ringing = true;
    let budget = ALARMS_PER_TURN;
    let now = this.now();
    try {
      for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
        if (first.dueAt > now + EARLY_MS) {
          now = this.now();
          if (first.dueAt > now + EARLY_MS) break;
        }
        if (budget-- === 0) {
          this.#immediate = setImmediate(this.#ring);
          return;
        }
        this.cancel(first);
        this.#observeLateness?.(Math.max(0, now - first.dueAt));
        first.owner.onAlarm(first.kind, first.dueAt);
      }
    } finally {
      this.#ringing = false;
    }
    this.#arm();
  };

  #siftUp(alarm: Alarm): void {
    const heap = this.#heap;
    let position = alarm.position;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = heap[above] as Alarm;
      if (parent.dueAt <= alarm.dueAt) break;
      heap[position] = parent;
      parent.position = position;
      position = above;
    }
    heap[position] = alarm;
    alarm.position = position;
  }

  #siftDown(alarm: Alarm): void {
    const heap = this.#heap;
    const size = heap.length;
    let position = alarm.position;
    for (;;) {
      let below = 2 * position + 1;
      if (below >= size) break;
      if (below + 1 < size && (heap[below + 1] as Alarm).dueAt < (heap[below] as Alarm).dueAt) below++;
      const child = heap[below] as Alarm;
      if (child.dueAt >= alarm.dueAt) break;
      heap[position] = child;
      child.position = position;
      position = below;
    }
    heap[position] = alarm;
    alarm.position = position;
  }
}
