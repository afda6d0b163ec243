/** Something that is due at some time. Only the wheel changes these members. */
export interface WheelEntry {
  dueAt: number;
  slot: number;
  place: number;
}

/** `slot` of an entry that is on no wheel. */
export const OFF_WHEEL = -1;

/** Length of a tick where nothing else is asked for, ms: how late an entry may be called. */
const TICK_MS = 100;

/** With ticks of 100 ms a round takes 102.4 s; what is due later goes round more than once. */
const SLOTS = 1024;

/**
 * Many deadlines on one timer: pings of all sockets, timeouts of all CALLs. Putting an entry on and taking it
 * off costs a few instructions, a tick looks only at what is due. The timer runs only while there are
 * entries.
 */
export class TimerWheel<Entry extends WheelEntry> {
  private readonly slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  private readonly onDue: (entry: Entry, now: number) => void;
  private readonly onFault: (entry: Entry, error: unknown) => void;
  private readonly clock: () => number;
  private readonly tickMs: number;
  private timer: NodeJS.Timeout | undefined;
  private entries = 0;
  /** The tick that was dealt with last. */
  private tick = 0;

  /**
   * `onDue` gets an entry, off the wheel by then, and the present time; `onFault` gets the entry for which
   * that threw, and the others take their turn. `clock` gives ms and never goes back.
   */
  constructor(
    onDue: (entry: Entry, now: number) => void,
    onFault: (entry: Entry, error: unknown) => void,
    clock: () => number,
    tickMs = TICK_MS,
  ) {
    this.onFault = onFault;
    this.tickMs = tickMs;
    this.onDue = onDue;
    this.clock = clock;
  }

  get size(): number {
    return this.entries;
  }

  /** Makes the entry due at `dueAt` or up to a tick later; one that is on the wheel already is moved. */
  schedule(entry: Entry, dueAt: number): void {
    if (entry.slot !== OFF_WHEEL) this.cancel(entry);
    if (this.entries === 0) this.start();
    this.entries++;
    entry.dueAt = dueAt;
    this.put(entry);
  }

  /** Takes the entry off; it is fine if it is not on. */
  cancel(entry: Entry): void {
    if (entry.slot === OFF_WHEEL) return;
    const slot = this.slots[entry.slot] as Entry[];
    const last = slot.pop() as Entry;
    if (last !== entry) {
      slot[entry.place] = last;
      last.place = entry.place;
    }
    entry.slot = OFF_WHEEL;
    this.entries--;
    if (this.entries === 0) this.stop();
  }

  /** Calls what is due. The timer calls it; a test with a clock of its own may do so, too. */
  turn(): void {
    const now = this.clock();
    const present = Math.floor(now / this.tickMs);
    // After a long stall one round sees every entry.
    const first = Math.max(this.tick + 1, present - SLOTS + 1);
    this.tick = present;
    for (let tick = first; tick <= present; tick++) this.callSlot(tick % SLOTS, now);
  }

  private callSlot(index: number, now: number): void {
    const slot = this.slots[index] as Entry[];
    // From the end: taking an entry off moves the last one into its place, which then was looked at already.
    for (let place = slot.length - 1; place >= 0; place--) {
      const entry = slot[place];
      if (entry === undefined) continue;
      if (entry.dueAt > now) this.schedule(entry, entry.dueAt);
      else {
        this.cancel(entry);
        this.call(entry, now);
      }
    }
  }

  private call(entry: Entry, now: number): void {
    try {
      this.onDue(entry, now);
    } catch (error) {
      this.onFault(entry, error);
    }
  }

  /** Into the slot of the first tick that is not before `dueAt`, and never into one that is past. */
  private put(entry: Entry): void {
    const due = Math.max(Math.ceil(entry.dueAt / this.tickMs), this.tick + 1);
    const index = Math.min(due, this.tick + SLOTS - 1) % SLOTS;
    const slot = this.slots[index] as Entry[];
    entry.slot = index;
    entry.place = slot.length;
    slot.push(entry);
  }

  private start(): void {
    this.tick = Math.floor(this.clock() / this.tickMs);
    this.timer ??= setInterval(() => this.turn(), this.tickMs).unref();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
