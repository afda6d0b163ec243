import { type Histogram, LATENCY_BUCKETS, metrics } from '../../telemetry/metrics.ts';

const look = metrics.histogram(
  'farad_site_look_seconds',
  "Reading the state of a site's connectors for a round of planning.",
  LATENCY_BUCKETS,
);
const planning = metrics.histogram(
  'farad_site_planning_seconds',
  'Planning a site on its thread, without the way there.',
  LATENCY_BUCKETS,
);
const calls = metrics.counter('farad_site_calls_total', 'CALLs of the site planner, by action and fate.', [
  'action',
  'fate',
]);
const failures = metrics.counter(
  'farad_site_rounds_failed_total',
  'Rounds of planning that ended with an error.',
);

/** What the planner counts. */
export class PlannerMetrics {
  readonly look: Histogram = look.with();
  readonly planning: Histogram = planning.with();

  sent(action: string, fate: string): void {
    calls.with({ action, fate }).inc();
  }

  failed(): void {
    failures.with().inc();
  }
}
