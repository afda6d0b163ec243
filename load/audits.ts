import type { LoadOptions } from './options.ts';
import { poll } from './poll.ts';

const AUDIT_EVERY_MS = 4_000;

/**
 * Looks for doubled rows while processes are killed without which charge points are confirmed all the same:
 * what is stored has been confirmed soon.
 */
export function startAudits(options: LoadOptions, audit: () => Promise<void>): { stop(): Promise<void> } {
  const areSpared = options.kill.every((name) => name === 'control' || name === 'analytics');
  if (options.kill.length === 0 || options.disturb.length > 0 || !areSpared) {
    return { stop: async () => undefined };
  }
  let stopped = false;
  const auditing = (async () => {
    while (!stopped) {
      await poll(() => (stopped ? true : undefined), AUDIT_EVERY_MS, 100);
      // Control or analytics may be down at this very moment: then the next audit tells.
      await audit().catch(() => undefined);
    }
  })();
  return {
    stop: () => {
      stopped = true;
      return auditing;
    },
  };
}
