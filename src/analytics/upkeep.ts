import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import { throttled } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import { EngineError } from './engine-error.ts';
import { IdleCores } from './idle-cores.ts';

/** Work that is done again and again beside inserts and queries. */
export interface Chore {
  readonly name: string;
  /** Least time between one run and the next, ms. */
  readonly every: number;
  /** Throws EngineError where ClickHouse would not. */
  run(signal: AbortSignal): Promise<void>;
}

/** A chore may take this share of the time; the second where most of the machine is idle meanwhile. */
const SHARE = 0.1;
const SHARE_OF_IDLE = 0.5;

/** So much of the machine is idle then. */
const MOSTLY_IDLE = 0.5;

/** During a long rest it is looked so often whether the machine is idle, ms. */
const LOOK_EVERY_MS = 1000;

/** A run that takes longer stands still, ms: each of its queries has a time limit that is far shorter. */
const LONGEST_RUN_MS = 10 * 60_000;

/**
 * Runs a chore until `signal` fires; one that takes long runs less often, above all where others need the
 * machine. What ClickHouse refuses is logged and tried again.
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
    try {
      await rest(chore.every, performance.now() - began, signal);
    } catch {
      return; // the wait ends early only because the process stops
    }
  }
}

/** Resolves when it is time for the next run of a chore that `took` so many ms; rejects when it stops. */
async function rest(every: number, took: number, signal: AbortSignal): Promise<void> {
  const cores = new IdleCores();
  const began = performance.now();
  await delay(every, undefined, { signal });
  for (;;) {
    const left = restMs(every, took, cores.share()) - (performance.now() - began);
    if (left <= 0) return;
    await delay(Math.min(left, LOOK_EVERY_MS), undefined, { signal });
  }
}

/** How long a chore that `took` so long rests, of whose rest so much of the machine was idle: 0 to 1. */
export function restMs(every: number, took: number, idle: number): number {
  const share = idle > MOSTLY_IDLE ? SHARE_OF_IDLE : SHARE;
  return Math.max(every, (took * (1 - share)) / share);
}
