import type { Bench } from './bench.ts';
import { compositeScheduleBench } from './composite-schedule.ts';
import { enginesBenches } from './engines.ts';
import { frameWorkerBench } from './frame-worker.ts';
import { framesBenches } from './frames.ts';
import { hotPathBench } from './hot-path.ts';
import { ingestBench } from './ingest.ts';
import { latencyBench } from './latency.ts';
import { logBenches } from './log.ts';
import { operatorApiBench } from './operator-api.ts';
import { operatorsBench } from './operators.ts';
import { overviewQueriesBench } from './overview-queries.ts';
import { scaleBench } from './scale.ts';
import { schedulesBench } from './schedules.ts';
import { sinkBench } from './sink.ts';
import { siteDisturbanceBench } from './site-disturbance.ts';
import { sitePlanningBench } from './site-planning.ts';
import { socketsBench } from './sockets.ts';
import { stormBench } from './storm.ts';
import { tlsHandshakesBench } from './tls/tls-handshakes.ts';
import { tlsMessagesBenches } from './tls/tls-messages.ts';
import { tlsSessionsBench } from './tls/tls-sessions.ts';
import { tlsStormBench } from './tls/tls-storm.ts';
import { workerSplitBenches } from './worker-split.ts';

/** Every bench, a file per question. */
export const benches: readonly Bench[] = [
  ...framesBenches,
  hotPathBench,
  frameWorkerBench,
  ...workerSplitBenches,
  socketsBench,
  scaleBench,
  ingestBench,
  latencyBench,
  stormBench,
  ...enginesBenches,
  ...logBenches,
  operatorApiBench,
  operatorsBench,
  compositeScheduleBench,
  schedulesBench,
  sinkBench,
  overviewQueriesBench,
  sitePlanningBench,
  siteDisturbanceBench,
  tlsHandshakesBench,
  ...tlsMessagesBenches,
  tlsSessionsBench,
  tlsStormBench,
];
