import {
  type CentralSystem,
  type CentralSystemOptions,
  createCentralSystem,
} from '../central-system/central-system.ts';
import type { Config } from '../config/schema.ts';
import { trustedProxies } from '../config/trusted-proxies.ts';
import type { Journal } from '../journal/journal.ts';
import { RowBuffer } from '../journal/row-buffer.ts';
import { healthOf } from '../link/health.ts';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { OcppEndpoint } from '../link/messages.ts';
import type { CallOutcome, ChargePointCall, Disconnect } from '../link/methods.ts';
import { securityEvents } from '../records/security-events.ts';
import type { CertificateRecord } from '../store/certificate-record.ts';
import { ClockGuard } from '../store/clock-guard.ts';
import { serialNumberOf } from '../store/known-charge-points.ts';
import type { SessionRecord } from '../store/session-record.ts';
import type { Store } from '../store/store.ts';
import { type Log, type ThrottledLog, throttled } from '../telemetry/log.ts';
import { metrics as defaultRegistry, type Registry } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { createFrameDecider } from '../workers/frame-decider.ts';
import type { FramePool } from '../workers/frame-pool.ts';
import { Admission } from './admission.ts';
import { Answers } from './answers.ts';
import { BootRequests } from './boot-requests.ts';
import { revocationOf } from './charge-point-certificate.ts';
import { Conversation } from './conversation.ts';
import { Departures } from './departures.ts';
import { drain } from './drain.ts';
import { EdgeMetrics } from './edge-metrics.ts';
import { createFrontDoor } from './front-door.ts';
import { Handshake } from './handshake.ts';
import { Inbox } from './inbox.ts';
import { Liveness } from './liveness.ts';
import { MessageLog } from './message-log.ts';
import { OutboundCalls } from './outbound-calls.ts';
import { openPorts } from './ports.ts';
import { eventOfSigning } from './security-refusals.ts';
import { SessionGuard } from './session-guard.ts';
import { Sessions } from './sessions.ts';

export interface EdgeDeps {
  /** `edge-0` */
  readonly name: string;
  readonly config: Config;
  readonly store: Store;
  /** This edge's own. */
  readonly journal: Journal;
  readonly pool: Pick<FramePool, 'run'>;
  readonly link: Pick<Link, 'call' | 'serve'>;
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

/** What a charge point is told when its socket is closed. */
const STOPPING = 'Farad is stopping';

/** How often signs of life go to the store, ms. */
const SAVE_LAST_SEEN_MS = 120_000;
/** Those that have left are not waited for so long: only the store knows of them. */
const SAVE_LEFT_MS = 250;

/** How often reservations are looked at whose expiry date may be over, ms. */
const EXPIRE_RESERVATIONS_MS = 2_000;

/** How often the inbox counts the seconds of its batches, ms. */
const INBOX_TICK_MS = 1_000;

/** How long the store may take to note the end of sockets before the stop goes on, ms. */
const RECORDING_GRACE_MS = 500;

const batches = watchman.workOf({ name: 'frame workers', waitsFor: 'the verdict on a batch' });
const callsInHand = watchman.workOf({ name: 'calls to charge points', serves: 'operators' });
const signsOfLife = watchman.workOf({ name: 'signs of life', serves: 'operators', limit: SAVE_LAST_SEEN_MS });
const expiries = watchman.workOf({ name: 'expiry of reservations', serves: 'operators' });

/**
 * Starts an edge: takes over what a dead one of the same name held, and listens. Rejects with ListenError or
 * KeyPairError.
 */
export async function startEdge(deps: EdgeDeps): Promise<Edge> {
  const { name, config, store, journal, link, log } = deps;
  const { ocpp } = config;
  const clock = (): number => performance.now();
  const metrics = new EdgeMetrics(deps.registry ?? defaultRegistry);
  const quietly = throttled(log, LOG_EVERY_MS);
  const lane = journal.openLane();
  const rows = new RowBuffer(lane, { ...ROW_BUFFER, log: quietly });
  const level = (): ReturnType<Journal['level']> => journal.level();
  const centralSystem = startCentralSystem(deps, {
    rows,
    keepSamples: createFrameDecider({ lane, level }).keep,
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
  const inbox = new Inbox({
    ...config.edge,
    pool: watchedPool(deps.pool),
    metrics,
    log: quietly,
    decided: (frame, verdict, bytes) => conversation.decided(frame, verdict, bytes),
    broken: ({ session }, error) => conversation.broken(session, error),
  });
  const conversation = new Conversation({
    ...ocpp,
    sessionBytes: ocpp.waitingBytes,
    edgeBytes: config.edge.waitingBytes,
    workerActions: config.edge.workerActions,
    centralSystem,
    inbox,
    calls,
    answers: new Answers({ messageLog, metrics, log: quietly }),
    guard,
    messageLog,
    metrics,
    log: quietly,
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
    takenFrom: (previous, epoch) => void tellPrevious(link, previous, epoch, quietly),
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
    directory: {
      settings: (id) => store.settings.get(id),
      isKnown: (id) => store.chargePoints.get(id) !== undefined,
      count: () => store.chargePoints.count(),
      acceptedKeys: (id, settings) => store.givenKeys.accepted(id, settings),
      verifyKey: (key, keyHash) => store.keys.verify(key, keyHash),
      profiles: (id, settings) => store.security.state(id, settings),
      serialNumber: (id, settings) => serialNumberOf(settings, store.chargePoints.get(id)),
      certificates: {
        cpoName: config.security.cpoName,
        revoked: (certificate) => whyRevoked(store.certificates.shown(certificate)),
        holder: (certificate) =>
          store.certificates.shown(certificate)?.chargePointId ?? store.shownCertificates.holder(certificate),
      },
    },
    connections: sessions,
    departures,
    admission: new Admission(ocpp),
    clock,
  });
  metrics.chargingPower.readFrom(() => sessions.chargingPower());
  const endWatch = watchman.watch({
    name: 'frames of charge points',
    waitsFor: 'the one before it',
    waitingSince: () => sessions.waitingSince(),
    cure: 'restart',
  });

  await store.sessions.clearDeadEdge(name, Date.now());
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

  const saving = setInterval(
    () => void saveLastSeen(() => centralSystem.saveLastSeen({ gently: true }), quietly),
    SAVE_LAST_SEEN_MS,
  ).unref();
  const savingLeft = setInterval(
    () => void saveLastSeen(() => centralSystem.saveLeft(), quietly),
    SAVE_LEFT_MS,
  ).unref();
  const ticking = setInterval(() => inbox.tick(), INBOX_TICK_MS).unref();
  const machineClock = new ClockGuard(config.dataDir);
  const expiring = setInterval(
    () => void expireReservations(centralSystem, machineClock, quietly),
    EXPIRE_RESERVATIONS_MS,
  ).unref();
  let stopping = false;

  link.serve('edge.call', (request) =>
    callsInHand.during(
      () => call(sessions, calls, request),
      // Until then the charge point may take its time.
      clock() + (request.timeoutMs ?? ocpp.callTimeout),
    ),
  );
  link.serve('edge.meters', ({ chargePointIds }) => ({ meters: sessions.meters(chargePointIds) }));
  link.serve('edge.seen', ({ chargePointId }) => ({
    lastSeenAt: sessions.get(chargePointId)?.chargePoint.lastSeenAt ?? null,
  }));
  link.serve('edge.closeTransaction', async (end) => ({
    closed: (await centralSystem.closeTransaction(end)) !== undefined,
  }));
  link.serve('edge.signingRefused', ({ chargePointId, problem }) => {
    rows.add(securityEvents, eventOfSigning(chargePointId, problem, Date.now()));
    return {};
  });
  link.serve('edge.disconnect', (request) => disconnect(sessions, departures, request));
  link.serve('edge.endpoints', () => ports.endpoints);
  link.serve('tls.reload', () => ({ problem: ports.reload() ?? null }));
  link.serve('health.read', () =>
    healthOf({ problems: ownProblems(stopping, level()), degraded: ports.degraded() }, watchman.standing()),
  );

  return {
    endpoints: ports.endpoints,
    port: ports.numbers[0] as number,
    async stop(graceMs, drainMs = 0) {
      stopping = true;
      endWatch();
      handshake.stop();
      if (drainMs > 0) log.info({ sockets: sessions.size, drainMs }, 'closing the sockets evenly');
      await drain(sessions, drainMs, STOPPING);
      clearInterval(saving);
      clearInterval(savingLeft);
      clearInterval(expiring);
      ports.stopAccepting();
      conversation.stop();
      await atMost(graceMs, conversation.idle());
      clearInterval(ticking);
      const lost = await atMost(graceMs, centralSystem.settled());
      sessions.closeAll(STOPPING);
      await atMost(RECORDING_GRACE_MS, sessions.settled());
      await saveLastSeen(() => centralSystem.saveLastSeen(), quietly);
      // A stop that has lost statuses leaves them in doubt, as an end without a stop does.
      await (lost === 0 ? store.sessions.clearEdge(name) : store.sessions.clearDeadEdge(name, Date.now()));
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

function watchedPool(pool: EdgeDeps['pool']): EdgeDeps['pool'] {
  return { run: (...batch) => batches.during(() => pool.run(...batch)) };
}

function call(
  sessions: Sessions,
  calls: OutboundCalls,
  request: ChargePointCall,
): CallOutcome | Promise<CallOutcome> {
  const session = sessions.get(request.chargePointId);
  return session === undefined ? { outcome: 'not_connected' } : calls.call(session, request);
}

async function disconnect(
  sessions: Sessions,
  departures: Departures,
  { chargePointId, reason, forget, by = '', before }: Disconnect,
): Promise<{ closed: boolean }> {
  const closed = forget
    ? await departures.forget(chargePointId, reason, by)
    : await sessions.disconnect(chargePointId, reason, before);
  return { closed };
}

function ownProblems(stopping: boolean, level: ReturnType<Journal['level']>): string[] {
  const problems: string[] = [];
  if (stopping) problems.push('is stopping');
  if (level === 'no-samples')
    problems.push('the journal is full: MeterValues are refused until it has been drained');
  return problems;
}

/**
 * The edge that held the charge point before closes its socket, unless a newer connection is there by then.
 */
async function tellPrevious(
  link: Pick<Link, 'call'>,
  { edge, chargePointId }: SessionRecord,
  epoch: number,
  log: ThrottledLog,
): Promise<void> {
  try {
    await link.call(edge, 'edge.disconnect', {
      chargePointId,
      reason: 'replaced by a newer connection',
      before: epoch,
    });
  } catch (error) {
    // An edge that is gone has no sockets.
    if (error instanceof LinkError && error.code === 'no_such_process') return;
    log.warn(
      { err: error, edge, chargePoint: chargePointId },
      'an edge could not be told of a newer connection',
    );
  }
}

/** Its reason, which may be empty. */
function whyRevoked(certificate: CertificateRecord | undefined): string | undefined {
  return certificate?.state === 'revoked' ? (certificate.reason ?? '') : undefined;
}

async function saveLastSeen(save: () => Promise<unknown>, log: ThrottledLog): Promise<void> {
  try {
    await signsOfLife.during(save);
  } catch (error) {
    log.error({ err: error }, 'signs of life could not be stored');
  }
}

async function expireReservations(
  centralSystem: CentralSystem,
  machineClock: ClockGuard,
  log: ThrottledLog,
): Promise<void> {
  try {
    if (machineClock.doubt() !== undefined) return;
    await expiries.during(() => centralSystem.expireReservations());
  } catch (error) {
    log.error({ err: error }, 'expired reservations could not be ended');
  }
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
