import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import { freeBytes } from '../journal/disk-space.ts';
import { joinSupervisor } from '../link/child.ts';
import { healthOf } from '../link/health.ts';
import { LinkError } from '../link/link-error.ts';
import { ClockGuard } from '../store/clock-guard.ts';
import { NewerDataError, openStore } from '../store/store.ts';
import { endOnFault } from '../telemetry/last-words.ts';
import { createLog } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import { Backups } from './backups.ts';
import { BrokenParts } from './broken-parts.ts';
import { CorrectionRows } from './correction-rows.ts';
import { Demand } from './demand.ts';
import { DiskRoom } from './disk-room.ts';
import { EnergyPace } from './energy/energy-pace.ts';
import { EnergyRollup } from './energy/energy-rollup.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { EngineStart } from './engine-start.ts';
import { Exports } from './exports.ts';
import { Housekeeping } from './housekeeping.ts';
import { KnownChargePoints } from './known-charge-points.ts';
import { LiveEvents } from './live-events.ts';
import { MergePause } from './merge-pause.ts';
import { QueryService } from './query-service.ts';
import { Retention } from './retention.ts';
import { Sink } from './sink.ts';
import { SqlService } from './sql-service.ts';
import { type Chore, keepUp } from './upkeep.ts';
import { WholeInserts } from './whole-inserts.ts';

/**
 * How long a stopping process waits for the insert under way, ms. Its batch is saved, so nothing is lost
 * without it.
 */
const STOP_GRACE_MS = 5000;

/** How often charge points are looked through for what changed, ms. */
const KNOWN_EVERY_MS = 15_000;

/** How often corrections of transactions are looked through for what changed, ms: there are few. */
const CORRECTIONS_EVERY_MS = 5_000;

/** How often energy is worked out for what arrived at most, and how long one query of that may take, ms. */
const ENERGY_EVERY_MS = 1000;
const WORK_LIMIT_MS = 60_000;

/** How often it is looked for parts that a full disk has broken, ms: they can be mended for some minutes. */
const PARTS_EVERY_MS = 20_000;

/** How often rows are looked for that are too old, ms. */
const RETENTION_EVERY_MS = 60_000;

/** How long the query of an export may take, ms. */
const EXPORT_LIMIT_MS = 5 * 60_000;

/**
 * Named queries at a time, and how many of them on this machine, where they leave a core to the charge
 * points.
 */
const QUERIES = 2;
const QUERIES_HERE = Math.min(QUERIES, Math.max(1, availableParallelism() - 1));

const beganAt = Date.now();
const child = await joinSupervisor<Config>();
const { link } = child;
// The embedded engine moves this process into a directory of its own.
const config: Config = { ...child.config, dataDir: resolve(child.config.dataDir) };
const log = createLog(config, child.name).child({ room: 'analytics' });
endOnFault(log);

const {
  transactions: { retention: transactionRetention },
} = config;
const store = await openData(() =>
  openStore({ dataDir: config.dataDir, role: 'analytics', transactionRetention }),
);
const events = new LiveEvents();
const demand = new Demand();
const start = new EngineStart(config, log, identityOfLog);
const sink = await openData(openSink);
const queries = new QueryService({
  atATime: config.clickhouse.url === '' ? QUERIES_HERE : QUERIES,
  engine: () => start.engine,
  queryTimeout: config.clickhouse.queryTimeout,
  energy: () => energy,
  problem: () => start.problem,
});
const access = { engine: () => start.engine, problem: () => start.problem };
const files = new Exports({ ...access, energy: () => energy, timeLimit: EXPORT_LIMIT_MS });
const sql = new SqlService({
  ...access,
  database: config.clickhouse.database,
  timeLimit: config.clickhouse.queryTimeout,
});
const backups = new Backups({ ...access, sink, database: config.clickhouse.database });
const longQuestions = watchman.workOf({ name: 'exports and SQL', limit: 2 * EXPORT_LIMIT_MS });
let energy: EnergyRollup | undefined;
const stopping = new AbortController();

watchman.start({ log, serves: 'operators' });
link.serve('health.read', () => {
  const engineAway = { name: 'engine', since: beganAt, cause: start.problem };
  return healthOf({ degraded: start.engine ? sink.hindrances() : [engineAway] }, watchman.standing());
});
link.serve('analytics.query', (query, { deadlineMs }) => demand.of(() => queries.answer(query, deadlineMs)));
link.serve('analytics.sql', (question) => demand.of(() => longQuestions.during(() => sql.answer(question))));
link.serve('analytics.schema', () => longQuestions.during(() => sql.schema()));
link.serve('export.open', (question) => demand.of(() => longQuestions.during(() => files.begin(question))));
link.serve('export.next', ({ id }) => longQuestions.during(() => files.next(id)));
link.serve('export.close', async ({ id }) => {
  await files.end(id);
  return {};
});
link.serve('backup.begin', () => backups.begin());
link.serve('backup.end', ({ id }) => backups.end(id));
link.serve('events.read', (request) => events.read(request));

const clock = new ClockGuard(config.dataDir);
const trustedNow = () => clock.trustedNow();
const housekeeping = new Housekeeping({ store, jobSilence: config.operations.jobSilence, log, trustedNow });
housekeeping.start();

child.onStop(async (reason) => {
  stopping.abort();
  const tidied = housekeeping.stop();
  events.close();
  await files.close();
  if (reason !== 'asked') return;
  const stopped = sink.stop().then(() => true);
  if (!(await Promise.race([stopped, delay(STOP_GRACE_MS, false)]))) return;
  await start.close();
  await tidied;
  await store.close();
});

// Live events and health do not need the engine; only a start that can never succeed is refused.
await beginInserting();
child.ready({});

async function identityOfLog(): Promise<string | null> {
  try {
    return (await link.call('replica', 'cluster.identity', {})).identity;
  } catch (error) {
    if (error instanceof LinkError) return null;
    throw error;
  }
}

async function openData<Data>(open: () => Data): Promise<Data> {
  try {
    return open();
  } catch (error) {
    if (error instanceof NewerDataError) return child.refuse(error.message);
    throw error;
  }
}

function openSink(): Sink {
  return new Sink({
    dataDir: config.dataDir,
    outbox: store.outbox,
    ...config.sink,
    listener: (chunk) => events.add(chunk),
    isAwaited: () => demand.isThere,
    log,
    onBroken(error) {
      log.fatal({ err: error }, 'the embedded ClickHouse has ended itself, starting this process again');
      // Not process.exit: the engine's own exit handlers may hang.
      process.kill(process.pid, 'SIGKILL');
    },
  });
}

async function beginInserting(): Promise<void> {
  try {
    begin(await start.attempt());
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.fault === 'setup') return child.refuse(error.message);
    void start.untilReady(stopping.signal).then(begin, (reason: Error) => {
      if (reason.name !== 'AbortError') throw reason;
    });
  }
}

function begin(opened: Engine): void {
  // The tables of a server are in the hands of whoever runs it.
  const guard = config.clickhouse.url === '' ? guardOf(opened) : undefined;
  const engine = guard?.inserts ?? opened;
  sink.start(engine);
  const known = new KnownChargePoints(engine, store);
  const corrections = new CorrectionRows(engine, store);
  const rollup = new EnergyRollup({
    engine,
    timeLimit: WORK_LIMIT_MS,
    samplesKept: config.retention.meterSamples,
    node: isClustered(config) ? config.cluster.node : undefined,
  });
  energy = rollup;
  const pace = new EnergyPace({ rollup, movedAt: () => sink.movedAt });
  const kept = new Retention({
    engine,
    settings: config.retention,
    cluster: config.clickhouse.cluster,
    trustedNow,
  });
  const chores: Chore[] = [
    { name: 'charge-points', every: KNOWN_EVERY_MS, run: () => known.update().then(() => undefined) },
    {
      name: 'corrections',
      every: CORRECTIONS_EVERY_MS,
      run: () => corrections.update().then(() => undefined),
    },
    { name: 'retention', every: RETENTION_EVERY_MS, run: () => kept.run().then(() => undefined) },
    { name: 'energy', every: ENERGY_EVERY_MS, run: () => pace.run() },
  ];
  chores.push(...(guard?.chores ?? []));
  for (const chore of chores) void keepUp(chore, log, stopping.signal);
}

/** What keeps a full disk from damaging the tables of the embedded engine. */
function guardOf(engine: Engine): { inserts: WholeInserts; chores: readonly Chore[] } {
  const room = new DiskRoom(() => freeBytes(config.dataDir));
  const inserts = new WholeInserts({ engine, parts: new BrokenParts({ engine, log }), room });
  const chores = [
    { name: 'parts', every: PARTS_EVERY_MS, run: () => inserts.mendMerged() },
    new MergePause({ engine, room, log }),
  ];
  return { inserts, chores };
}
