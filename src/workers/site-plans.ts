import { type PlanInput, planSite, type SitePlan } from '../smart-charging/site-plan.ts';

/** The Piscina task that plans sites, several at a time so that a small one does not cost a message of its own. */
export default function planSites(inputs: readonly PlanInput[]): SitePlan[] {
  return inputs.map(planSite);
}
