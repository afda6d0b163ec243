import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { PlanInput } from '../smart-charging/site-plan.ts';
import type { SitePlans } from './site-plans.ts';

/** Plans sites on a thread, so that nothing else of its process waits for it. */
export interface SitePlanPool {
  /** A plan per input. Rejects as planSite throws. */
  plan(inputs: readonly PlanInput[]): Promise<SitePlans>;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/** The thread starts with the first plan and ends when none has been asked for in a while. */
export function createSitePlanPool(threads = 1): SitePlanPool {
  const pool = new Piscina<readonly PlanInput[], SitePlans>({
    filename: taskFile(),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MS,
    recordTiming: false,
  });
  return {
    plan: (inputs) => pool.run(inputs),
    close: () => pool.close(),
  };
}

/** The built file: threads cannot load TypeScript, so running from the sources (tests) they use the build. */
function taskFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])workers([/\\])site-plan-pool\.ts$/, 'dist$1workers$2site-plans.js')
    : here.replace(/site-plan-pool\.js$/, 'site-plans.js');
}
