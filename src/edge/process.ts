import { joinLog } from '../cluster/join-log.ts';
import { openSampleLane } from '../cluster/sample-lane.ts';
import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import { type Journal, journalPath, openJournal } from '../journal/journal.ts';
import { joinSupervisor, type StopReason } from '../link/child.ts';
import { processName } from '../link/process-name.ts';
import { NewerDataError, openStore, type Store } from '../store/store.ts';
import { endOnFault } from '../telemetry/last-words.ts';
import { createLog } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { KeyPairError } from '../tls/key-pairs.ts';
import { createFramePool } from '../workers/frame-pool.ts';
import { type Edge, startEdge } from './edge.ts';
import { checkOpenFiles } from './open-files.ts';
import { ListenError } from './transport/transport.ts';

/** What is left for answers under way when the supervisor is gone and the end is 250 ms away, ms. */
const ORPHAN_GRACE_MS = 100;

const child = await joinSupervisor<Config>();
const { name, config, link } = child;
const log = createLog(config, name).child({ room: 'edge' });
endOnFault(log);
checkOpenFiles(config.ocpp.maxConnections, log);

const clusterLog = await joinLog(config, { name, log, registry: metrics });
const journalOptions = { path: journalPath(config.dataDir, name), budget: config.journal.budget };
const [store, journal] = await openData();
const copies = isClustered(config) ? { cluster: config.cluster, name: `${name} frames` } : undefined;
const pool = createFramePool({
  journal: journalOptions,
  copies,
  threads: config.edge.frameWorkers,
  batchesInFlight: config.edge.batchesInFlight,
  onFault: (error) => log.error({ err: error }, 'a frame worker failed'),
});
const edge = await listen();
watchman.start({ log, serves: 'charge-points' });

child.onStop(async (reason: StopReason) => {
  const { shutdownGrace, drain } = config.ocpp;
  await (reason === 'asked' ? edge.stop(shutdownGrace, drain) : edge.stop(ORPHAN_GRACE_MS));
  await pool.close();
  await journal.close();
  await store.close();
  await clusterLog?.stop();
});

for (const { url, engine } of edge.endpoints) {
  const { kind, package: name, version } = engine;
  log.info({ url, transport: kind, engine: `${name} ${version}` }, 'charge points can connect');
}
child.ready({ endpoints: edge.endpoints });

async function openData(): Promise<[Store, Journal]> {
  const transactionRetention = config.transactions.retention;
  try {
    return [
      openStore({
        dataDir: config.dataDir,
        role: 'edge',
        transactionRetention,
        ...(clusterLog && { log: clusterLog }),
      }),
      openJournal(journalOptions),
    ];
  } catch (error) {
    if (error instanceof NewerDataError) return child.refuse(error.message);
    throw error;
  }
}

async function listen(): Promise<Edge> {
  try {
    const { exclusive, sharedSecret } = child;
    return await startEdge({
      name: isClustered(config) ? processName({ node: config.cluster.node, process: name }) : name,
      config,
      store,
      journal,
      ...(copies && { samples: await openSampleLane(journal, copies, clusterLog?.connection) }),
      pool,
      link,
      sharedLog: clusterLog,
      log,
      shared: !exclusive,
      sharedSecret,
    });
  } catch (error) {
    if (error instanceof KeyPairError) return child.refuse(error.message);
    if (!(error instanceof ListenError)) throw error;
    const setting = config.ocpp.endpoints.length > 0 ? 'ocpp.endpoints' : 'ocpp.port';
    return child.refuse(`${setting}: ${error.message}`);
  }
}
