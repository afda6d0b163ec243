import type { Session } from './session.ts';

/** The sessions that have an undecided frame, those whose socket is closed by now included. */
export class Undecided {
  private count = 0;
  /** Those whose socket is closed. */
  private readonly left = new Set<Session>();
  private readonly leftListeners: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.count === 0;
  }

  begin(session: Session): void {
    session.undecided = true;
    this.count++;
    // A frame worker may hand a frame back after the socket has closed.
    if (session.closed) this.left.add(session);
  }

  settle(session: Session): void {
    if (!session.undecided) return;
    session.undecided = false;
    this.count--;
    if (!this.left.delete(session)) return;
    for (const listener of this.leftListeners.splice(0)) listener();
  }

  closed(session: Session): void {
    if (session.undecided) this.left.add(session);
  }

  /** Resolves when nothing is being decided any more that came over a closed socket of the charge point. */
  async settledOf(chargePointId: string): Promise<void> {
    while ([...this.left].some(({ chargePoint }) => chargePoint.id === chargePointId)) {
      await new Promise<void>((resolve) => void this.leftListeners.push(resolve));
    }
  }
}
