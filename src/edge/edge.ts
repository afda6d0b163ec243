import {
  type CentralSystem,
  type CentralSystemOptions,
  createCentralSystem,
} from '../central-system/central-system.ts';
import type { SampleLane } from '../cluster/sample-lane.ts';
import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import { trustedProxies } from '../config/trusted-proxies.ts';
import type { Journal } from '../journal/journal.ts';
import { RowBuffer } from '../journal/row-buffer.ts';
import type { Link } from '../link/link.ts';
import type { OcppEndpoint } from '../link/messages.ts';
import { readProcessName } from '../link/process-name.ts';
import { ClockGuard } from '../store/clock-guard.ts';
import { clearSessionsOf } from '../store/handover.ts';
import { CommitError, type Store } from '../store/store.ts';
import { type Log, type ThrottledLog, throttled } from '../telemetry/log.ts';
import { metrics as defaultRegistry, type Registry } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { createFrameDecider } from '../workers/frame-decider.ts';
import type { FramePool } from '../workers/frame-pool.ts';
import { Admission } from './admission.ts';
import { Answers } from './answers.ts';
import { BootRequests } from './boot-requests.ts';
import { revocationOf } from './charge-point-certificate.ts';
import { closeAtPrevious } from './close-at-previous.ts';
import { ClusterStanding, type SharedLog } from './cluster-standing.ts';
import { Conversation } from './conversation.ts';
import { Departures } from './departures.ts';
import { drain } from './drain.ts';
import { serveEdgeCalls } from './edge-calls.ts';
import { EdgeMetrics } from './edge-metrics.ts';
import { createFrontDoor } from './front-door.ts';
import { Handovers, type LogOfChargePoints } from './handovers.ts';
import { Handshake } from './handshake.ts';
import { clearLeftSessions } from './left-sessions.ts';
import { chargingPower } from './live-meters.ts';
import { Liveness } from './liveness.ts';
import { MessageLog } from './message-log.ts';
import { OutboundCalls } from './outbound-calls.ts';
import { openPorts } from './ports.ts';
import { ReplacedSockets } from './replaced-sockets.ts';
import { Rounds } from './rounds.ts';
import { SessionGuard } from './session-guard.ts';
import { Sessions } from './sessions.ts';
import { storeDirectory, whyRevoked } from './store-directory.ts';
import { waitingChargePoints } from './waiting-charge-points.ts';

export interface EdgeDeps {
  /** `edge-0` */
  readonly name: string;
  readonly config: Config;
  readonly store: Store;
  /** This edge's own. */
  readonly journal: Journal;
  /** Where samples are kept that the edge itself decides; default: in the journal. */
  readonly samples?: SampleLane;
  readonly pool: Pick<FramePool, 'run'>;
  readonly link: Pick<Link, 'call' | 'serve'>;
  /** Absent on a machine that is alone. */
  readonly sharedLog?: (SharedLog & LogOfChargePoints) | undefined;
  readonly log: Log;
  /** Whether other edges listen on the same ports. */
  readonly shared: boolean;
  /** The same in all of them. */
  readonly sharedSecret: Uint8Array;
  readonly registry?: Registry;
}

/** An edge at work: holds sockets of charge points and answers them. */
export interface Edge {
  /** In the order of the settings. */
  readonly endpoints: readonly OcppEndpoint[];
  /** The port of the first. */
  readonly port: number;
  /**
   * Stops: refuses new connections while it closes the sockets evenly over `drainMs`, then decides what has
   * arrived (for `graceMs` at most), closes every socket that is left with 1001, and resolves when all rows
   * and all state are written.
   */
  stop(graceMs: number, drainMs?: number): Promise<void>;
}

/** Every chunk is a put of LMDB, which costs the event loop as much as a dozen rows. */
const ROW_BUFFER = { maxRows: 2000, maxDelayMs: 50 };

/** One line of a kind in so many ms. */
const LOG_EVERY_MS = 10_000;

/** The reason in the close frame that charge points get. */
const STOPPING = 'Farad is stopping';

/** How often the conversation counts the seconds of what frame workers have, ms. */
const CONVERSATION_TICK_MS = 1_000;

/** How long the store may take to note the end of sockets before the stop goes on, ms. */
const RECORDING_GRACE_MS = 500;

/**
 * Starts an edge: takes over what a dead one of the same name held, and listens. Rejects with ListenError or
 * KeyPairError.
 */
export async function startEdge(deps: EdgeDeps): Promise<Edge> {
  const { name, config, store, journal, link, log } = deps;
  const { ocpp } = config;
  const clock = performance.now.bind(performance);
  const metrics = new EdgeMetrics(deps.registry ?? defaultRegistry);
  const quietly = throttled(log, LOG_EVERY_MS);
  const lane = journal.openLane();
  const rows = new RowBuffer(lane, { ...ROW_BUFFER, log: quietly });
  const { level } = journal;
  const centralSystem = startCentralSystem(deps, {
    rows,
    keepSamples: createFrameDecider({ lane: deps.samples ?? lane, level }).keep,
    onNeverBooted: (chargePointId) => void bootRequests.ask(chargePointId),
    log: quietly,
  });
  const messageLog = new MessageLog({ ...config.messageLog, rows, level });
  const guard = new SessionGuard(metrics, quietly);
  const calls = new OutboundCalls({
    ...ocpp,
    gate: centralSystem,
    guard,
    messageLog,
    metrics,
    log: quietly,
    clock,
  });
  const conversation = new Conversation({
    ...ocpp,
    ...config.edge,
    sessionBytes: ocpp.waitingBytes,
    edgeBytes: config.edge.waitingBytes,
    pool: deps.pool,
    centralSystem,
    calls,
    answers: new Answers({ messageLog, metrics, log: quietly }),
    guard,
    messageLog,
    metrics,
    log: quietly,
  });
  const handovers =
    deps.sharedLog &&
    new Handovers({
      sharedLog: deps.sharedLog,
      link,
      sessions: store.sessions,
      centralSystem,
      calls,
      log: quietly,
      clock,
    });
  const sessions = new Sessions({
    ...ocpp,
    edge: name,
    store,
    centralSystem,
    conversation,
    calls,
    liveness: new Liveness({ ...ocpp, guard, pings: metrics.pings, clock }),
    guard,
    rows,
    metrics,
    log: quietly,
    revokedMeanwhile: (certificate) =>
      revocationOf(certificate, { revoked: (der) => whyRevoked(store.certificates.latest(der)) }),
    takenFrom: async (previous, epoch) => {
      if (handovers) await handovers.takeOver(previous, epoch);
      else await closeAtPrevious(link, previous, epoch, quietly);
    },
    handovers,
    notReleased: (chargePointId, epoch) => standing?.owe(chargePointId, epoch),
    clock,
  });
  const standing =
    deps.sharedLog &&
    new ClusterStanding({
      ...config.cluster,
      sharedLog: deps.sharedLog,
      link,
      sessions,
      release: (chargePointId, epoch) => store.sessions.release(chargePointId, epoch),
      log,
      clock,
    });
  const bootRequests = new BootRequests({ ...ocpp, sessions, calls });
  const departures = new Departures({
    sessions,
    conversation,
    centralSystem,
    chargePoints: store.chargePoints,
  });
  const handshake = new Handshake({
    ...ocpp,
    minProfile: config.security.minProfile,
    directory: storeDirectory(store, config.security.cpoName),
    connections: sessions,
    departures,
    admission: new Admission(ocpp),
    standing,
    clock,
  });
  metrics.chargingPower.readFrom(() => chargingPower(sessions.all()));
  const endWatch = watchman.watch(waitingChargePoints(sessions));

  const endClearing = await clearLeftSessions({
    sessions: store.sessions,
    edge: name,
    mayTakeLong: isClustered(config),
    log: quietly,
  });
  const isProxy = trustedProxies(config.trustedProxies);
  const door = createFrontDoor({
    handshake,
    isProxy,
    sessions,
    conversation,
    guard,
    rows,
    metrics,
    log: quietly,
    clock,
  });
  const ports = await openPorts(
    {
      config,
      isProxy,
      shared: deps.shared,
      ticketSecret: deps.sharedSecret,
      authorities: store.certificateAuthorities,
      log,
      registry: deps.registry ?? defaultRegistry,
    },
    door,
  );

  const rounds = new Rounds({
    centralSystem,
    machineClock: new ClockGuard(config.dataDir),
    isClustered: isClustered(config),
    log: quietly,
  });
  const replaced = isClustered(config) ? new ReplacedSockets(sessions, store) : undefined;
  const ticking = setInterval(() => conversation.tick(), CONVERSATION_TICK_MS).unref();
  let stopping = false;
  serveEdgeCalls(link, {
    ...ocpp,
    sessions,
    calls,
    departures,
    handovers,
    centralSystem,
    ports,
    rows,
    forgetNode: (node) => clearSessionsOf(store.sessions, (edge) => readProcessName(edge)?.node === node),
    isStopping: () => stopping,
    unfit: () => standing?.problems() ?? [],
    level,
    clock,
  });

  return {
    endpoints: ports.endpoints,
    port: ports.numbers[0] as number,
    async stop(graceMs, drainMs = 0) {
      stopping = true;
      endWatch();
      endClearing();
      replaced?.stop();
      standing?.stop();
      handshake.stop();
      if (drainMs > 0) log.info({ sockets: sessions.size, drainMs }, 'closing the sockets evenly');
      await drain(sessions, drainMs, STOPPING);
      rounds.stop();
      ports.stopAccepting();
      conversation.stop();
      await atMost(graceMs, conversation.idle());
      clearInterval(ticking);
      const lost = await atMost(graceMs, centralSystem.settled());
      sessions.closeAll(STOPPING);
      await atMost(RECORDING_GRACE_MS, sessions.settled());
      await rounds.saveLastSeen();
      // A stop that has lost statuses leaves them in doubt, as an end without a stop does.
      try {
        await (lost === 0 ? store.sessions.clearEdge(name) : store.sessions.clearDeadEdge(name, Date.now()));
      } catch (error) {
        if (!(error instanceof CommitError)) throw error;
        log.warn({ err: error }, 'sessions are left behind, and cleared at the next start');
      }
      await rows.flush();
    },
  };
}

function startCentralSystem(
  { config, store, registry }: EdgeDeps,
  {
    log,
    ...given
  }: Pick<CentralSystemOptions, 'rows' | 'keepSamples' | 'onNeverBooted'> & { readonly log: ThrottledLog },
): CentralSystem {
  const { reader, heartbeatInterval, bootRetryInterval } = config.ocpp;
  return createCentralSystem({
    ...given,
    store,
    settings: {
      reader,
      heartbeatInterval,
      bootRetryInterval,
      ...config.auth,
      ...config.transactions,
      signsOutside: config.security.signingHook !== '',
      reservationSlack: config.reservations.expirySlack,
      reservationRetention: config.reservations.retention,
    },
    ...(registry && { registry }),
    onFault: (error, chargePoint) =>
      log.error({ err: error, chargePoint }, 'a message could not be processed'),
  });
}

/** Resolves with what `work` resolves with; after `ms` with undefined. */
async function atMost<Result>(ms: number, work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const result = await Promise.race([work, limit]);
  clearTimeout(timer);
  return result;
}
