import type { Bench } from './bench.ts';
import { compositeScheduleBench } from './composite-schedule.ts';
import { schedulesBench } from './schedules.ts';
import { sinkBench } from './sink.ts';
import { sitePlanningBench } from './site-planning.ts';

/** Every bench, a file per question. */
export const benches: readonly Bench[] = [
  compositeScheduleBench,
  schedulesBench,
  sinkBench,
  sitePlanningBench,
];
