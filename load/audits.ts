import type { LoadOptions } from './options.ts';
import { poll } from './poll.ts';

const AUDIT_EVERY_MS = 4_000;

/**
 * Looks for doubled rows while processes are killed; not with edges, whose charge points confirm only once
 * they are back.
 */
export function startAudits(options: LoadOptions, audit: () => Promise<void>): { stop(): Promise<void> } {
  const mayKillEdges = options.disturb.length > 0 || options.kill.some((name) => name.startsWith('edge-'));
  if (options.kill.length === 0 || mayKillEdges) {
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
