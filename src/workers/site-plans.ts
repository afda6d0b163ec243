import { type PlanInput, planSite, type SitePlan } from '../smart-charging/site-plan.ts';

/** Plans, in the order of their inputs, and how long the thread took for them. */
export interface SitePlans {
  readonly plans: readonly SitePlan[];
  readonly tookMs: number;
}

/**
 * The Piscina task that plans sites, several at a time so that a small one does not cost a message of its
 * own.
 */
export default function planSites(inputs: readonly PlanInput[]): SitePlans {
  const began = performance.now();
  return { plans: inputs.map(planSite), tookMs: performance.now() - began };
}
