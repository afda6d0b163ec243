import type { Bench } from './bench.ts';
import { compositeScheduleBench } from './composite-schedule.ts';
import { sinkBench } from './sink.ts';

/** Every bench, a file per question. */
export const benches: readonly Bench[] = [compositeScheduleBench, sinkBench];
