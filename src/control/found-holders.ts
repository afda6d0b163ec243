/** How long it is believed that a charge point is where it was found, ms. */
const BELIEVED_FOR_MS = 10_000;

/** Most charge points that are remembered; the oldest give way. */
const MOST = 10_000;

interface Found {
  readonly process: string;
  readonly at: number;
}

/** Which processes of other nodes were found to hold charge points, a moment ago. */
export class FoundHolders {
  private readonly found = new Map<string, Found>();
  private readonly now: () => number;

  /** `now` is monotonic, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** `node/edge-0` */
  get(chargePointId: string): string | undefined {
    const found = this.found.get(chargePointId);
    if (found && this.now() - found.at < BELIEVED_FOR_MS) return found.process;
    this.found.delete(chargePointId);
    return undefined;
  }

  put(chargePointId: string, process: string): void {
    this.found.delete(chargePointId);
    this.found.set(chargePointId, { process, at: this.now() });
    if (this.found.size <= MOST) return;
    const [oldest] = this.found.keys();
    if (oldest !== undefined) this.found.delete(oldest);
  }

  forget(chargePointId: string): void {
    this.found.delete(chargePointId);
  }
}
