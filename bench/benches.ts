import type { Bench } from './bench.ts';
import { compositeScheduleBench } from './composite-schedule.ts';
import { framesBenches } from './frames.ts';
import { schedulesBench } from './schedules.ts';
import { sinkBench } from './sink.ts';
import { sitePlanningBench } from './site-planning.ts';
import { socketsBench } from './sockets.ts';
import { workerSplitBenches } from './worker-split.ts';

/** Every bench, a file per question. */
export const benches: readonly Bench[] = [
  ...framesBenches,
  ...workerSplitBenches,
  socketsBench,
  compositeScheduleBench,
  schedulesBench,
  sinkBench,
  sitePlanningBench,
];
