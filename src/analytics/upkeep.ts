import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import { throttled } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import { EngineError } from './engine-error.ts';

/** Work that is done again and again beside inserts and queries. */
export interface Chore {
  readonly name: string;
  /** Least time between one run and the next, ms. */
  readonly every: number;
  /** Throws EngineError where ClickHouse would not. */
  run(signal: AbortSignal): Promise<void>;
}

/** A chore may take this share of the time. */
const SHARE = 0.1;

/** A run that takes longer stands still, ms: each of its queries has a time limit that is far shorter. */
const LONGEST_RUN_MS = 10 * 60_000;

/**
 * Runs a chore until `signal` fires; one that takes long runs less often. What ClickHouse refuses is logged
 * and tried again.
 */
export async function keepUp(chore: Chore, log: Log, signal: AbortSignal): Promise<void> {
  const warn = throttled(log, 60_000);
  const inHand = watchman.workOf({ name: `chore ${chore.name}`, limit: LONGEST_RUN_MS });
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await inHand.during(() => chore.run(signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof EngineError)) throw error;
      warn.warn({ err: error, chore: chore.name }, 'a chore of analytics failed, it will be tried again');
    }
    const took = performance.now() - began;
    try {
      await delay(Math.max(chore.every, (took * (1 - SHARE)) / SHARE), undefined, { signal });
    } catch {
      return; // the wait ends early only because the process stops
    }
  }
}
