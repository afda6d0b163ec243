import { setTimeout as pause } from 'node:timers/promises';
import type { Sessions } from './sessions.ts';

/** How often sockets are closed during a drain, ms. */
const EVERY_MS = 100;

/**
 * Closes the sockets evenly over `ms` milliseconds; resolves when none is left or the time is over. A charge
 * point whose frames are being decided is passed over until they are.
 */
export async function drain(
  sessions: Pick<Sessions, 'size' | 'closeIdle'>,
  ms: number,
  reason: string,
  clock: () => number = () => performance.now(),
): Promise<void> {
  const startedAt = clock();
  const count = sessions.size;
  for (let elapsed = 0; elapsed < ms && sessions.size > 0; elapsed = clock() - startedAt) {
    const closed = count - sessions.size;
    sessions.closeIdle(Math.floor((count * elapsed) / ms) - closed, reason);
    await pause(Math.min(EVERY_MS, ms - elapsed));
  }
}
