import type { Session } from './session.ts';

/**
 * How fast the frames of one charge point are taken: `framesPerSecond` for long, `frameBurst` at once. It is
 * kept as one number per session, the moment at which its allowance is whole again. All times are monotonic,
 * ms.
 */
export class Allowance {
  private readonly msPerFrame: number;
  private readonly burstMs: number;

  constructor(framesPerSecond: number, frameBurst: number) {
    this.msPerFrame = 1000 / framesPerSecond;
    this.burstMs = this.msPerFrame * frameBurst;
  }

  /** Returns whether one more frame may be taken. */
  allows(session: Session, now: number): boolean {
    return Math.max(session.allowanceAt, now) + this.msPerFrame - now <= this.burstMs;
  }

  /** Takes one frame off the allowance; false, with nothing taken off, where it is used up. */
  spend(session: Session, now: number): boolean {
    const wholeAt = Math.max(session.allowanceAt, now) + this.msPerFrame;
    if (wholeAt - now > this.burstMs) return false;
    session.allowanceAt = wholeAt;
    return true;
  }
}
