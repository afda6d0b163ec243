import type { Watched } from '../telemetry/watchman.ts';
import type { Sessions } from './sessions.ts';

/**
 * How long the frame of a charge point may wait before the edge is to end for it, ms. What it waits for has
 * cures of its own, and where it is only the last in a long line, an end would put all sockets of this edge
 * into the lines of the others.
 */
const RESTART_AFTER_MS = 120_000;

/** Frames that wait for their turn, or are being decided, as the watchman looks after them. */
export function waitingChargePoints(sessions: Pick<Sessions, 'waitingSince'>): Watched {
  return {
    name: 'frames of charge points',
    waitsFor: 'the one before it',
    waitingSince: () => sessions.waitingSince(),
    cure: 'restart',
    cureAfter: RESTART_AFTER_MS,
  };
}
