import { randomBytes } from 'node:crypto';
import { startAudits } from './audits.ts';
import { Chaos, type Disturber } from './chaos.ts';
import { ClusterChaos, isKilledPart } from './cluster/cluster-chaos.ts';
import { ClusterGateway } from './cluster/cluster-gateway.ts';
import { ConfirmationWitnesses } from './cluster/confirmation-witness.ts';
import { FakeClock } from './fake-clock.ts';
import { FaradSide } from './farad-side.ts';
import type { Phase } from './fleet-messages.ts';
import { FullDisk } from './full-disk.ts';
import { type Gateway, OwnGateway, runningGateway } from './gateway.ts';
import { type Judgement, judge } from './judge.ts';
import { MachineWatch } from './machine-use.ts';
import { type ActionSummary, type ChaosEvent, Measurements, sumTraffic } from './measurements.ts';
import type { LoadOptions } from './options.ts';
import { poll } from './poll.ts';
import { type ProcessTotal, ProcessWatch } from './process-use.ts';
import { count, describe, type Progress, span } from './progress.ts';
import { RecoveryWatch } from './recovery-watch.ts';
import { SchedulingWitness } from './scheduling-witness.ts';
import { type TlsGround, tlsGroundFor } from './security/tls-ground.ts';
import { Simulators, shareOut } from './simulators.ts';
import { isFarad } from './target.ts';
import type { Verdict } from './verify.ts';

/** All that a run has brought to light. */
export interface Outcome {
  readonly options: LoadOptions;
  readonly startedAt: string;
  readonly identityPrefix: string;
  readonly measurements: Measurements;
  readonly actions: readonly ActionSummary[];
  /** By phase and process name. */
  readonly processes: Readonly<Record<Phase, Readonly<Record<string, ProcessTotal>>>>;
  readonly verdict: Verdict | undefined;
  readonly judgement: Judgement;
  /** The end of the gateway's log, where it is the tool's own. */
  readonly gatewayLog: string;
}

const TICK_MS = 1_000;
/**
 * How long charge points may take to be connected and charging after the ramp, or settled after the
 * wind-down.
 */
const PATIENCE_MS = 60_000;
/** A stored sample has been confirmed after this time, and the ledgers know it. */
const AUDIT_LAG_MS = 1_500;

/** Ends runs early, when the user presses Ctrl-C. */
export interface Interruption {
  readonly signal: AbortSignal;
}

/** Runs a load from the start of the gateway to its verification. @throws Error if it cannot even begin. */
export async function runLoad(
  options: LoadOptions,
  progress: Progress,
  { signal }: Interruption,
): Promise<Outcome> {
  progress.say(`seed ${options.seed}, ${count(options.chargePoints)} charge points`);
  const tls = await tlsGroundFor(options);
  const clock = options.disturb.includes('clock') ? await FakeClock.make(options.faketime) : undefined;
  const disk = options.disturb.includes('disk') ? await FullDisk.mount() : undefined;
  try {
    return await onGround(options, { disk, clock, tls }, progress, signal);
  } finally {
    tls.remove();
    await disk?.unmount();
    await clock?.remove();
  }
}

/** What a gateway runs on, and what of that is to be disturbed. */
interface Ground {
  readonly tls: TlsGround;
  readonly disk: FullDisk | undefined;
  readonly clock: FakeClock | undefined;
}

async function onGround(
  options: LoadOptions,
  ground: Ground,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome> {
  const gateway = await startGateway(options, ground, progress, signal);
  let outcome: Outcome;
  try {
    outcome = await underLoad(options, gateway, ground, progress, signal);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  try {
    await gateway.stop();
    return outcome;
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const { failures, excused } = outcome.judgement;
    return { ...outcome, judgement: { failures: [...failures, failure], excused } };
  }
}

async function startGateway(
  options: LoadOptions,
  { disk, clock, tls }: Ground,
  progress: Progress,
  signal: AbortSignal,
): Promise<Gateway> {
  if (options.target !== undefined) return runningGateway(options.target, options.serverPids);
  if (options.nodes !== undefined) {
    progress.say(`starting a cluster of ${options.nodes} nodes`);
    return ClusterGateway.start(options.nodes, options.gatewayFlags, signal);
  }
  progress.say('starting a gateway');
  return OwnGateway.start(options.processes, [...tls.gatewayFlags, ...options.gatewayFlags], {
    dataDir: disk?.dataDir,
    environment: clock?.environment,
  });
}

async function underLoad(
  options: LoadOptions,
  gateway: Gateway,
  ground: Ground,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome> {
  const { tls } = ground;
  const startedAt = new Date().toISOString();
  const identityPrefix = options.identityPrefix ?? `LOAD-${randomBytes(3).toString('hex')}-`;
  const idTags = Array.from(
    { length: options.tokens },
    (_, place) => `LOADCARD${String(place).padStart(6, '0')}`,
  );
  const { target } = gateway;
  const farad = isFarad(target) ? new FaradSide(target, options, identityPrefix) : undefined;
  await farad?.prepare(idTags, tls.order);

  const measurements = new Measurements();
  const deaths: string[] = [];
  const recovery = new RecoveryWatch(options.chargePoints, (found) => {
    measurements.recoveries.push(found);
    progress.say(`all connected and accepted again ${span(found.afterMs)} after the kill`);
  });
  const chaos = disturberOf(options, gateway, ground, {
    elapsed: () => measurements.elapsed,
    onAway: (at) => recovery.begin(at),
    onEvent: (event) => {
      measurements.events.push(event);
      progress.say(`${event.what}, back after ${Math.round(event.forMs)} ms`);
    },
    onFailure: (reason) => deaths.push(reason),
  });
  const orders = shareOut(
    {
      ...options,
      security: tls.order,
      ocppUrl: target.ocppUrl,
      identityPrefix,
      idTags,
      onlyKnownCards: farad === undefined,
    },
    options.processes,
  );
  const simulators = new Simulators(
    orders,
    (report) => {
      measurements.add(report, (kind) => chaos?.excuses(kind) === true);
      recovery.look(simulators.latest);
    },
    (reason) => deaths.push(reason),
  );
  const watch = new ProcessWatch();
  const machine = new MachineWatch();
  const processes: Record<Phase, Record<string, ProcessTotal>> = { ramp: {}, load: {}, 'wind-down': {} };
  let phase: Phase = 'ramp';
  let step = 'ramp';
  let share = (): number => 0;
  const tick = async (): Promise<void> => {
    const pids = { ...(await gateway.pids()), ...simulators.pids, load: process.pid };
    const use = watch.look(pids);
    const second = measurements.tick(phase, simulators.latest, use, machine.elsewhere(use));
    progress.show(step, share(), describe(second, measurements.problemCount));
  };
  let ticking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    ticking = ticking.then(tick);
  }, TICK_MS);

  const witness = new SchedulingWitness((microseconds) =>
    measurements.addLatencies(phase, { witness: microseconds }),
  );
  let settled = false;
  let waitingCalls = 0;
  try {
    await simulators.whenReady();
    const wait = (ms: number): Promise<unknown> => poll(() => ended(signal, deaths), ms, 100);

    simulators.ramp(options.rampMs);
    const rampedAt = measurements.elapsed * 1000;
    share = () => sumTraffic(simulators.latest).booted / options.chargePoints;
    const isSteady = (): true | undefined => {
      const started = simulators.latest.reduce((sum, report) => sum + report.startedTransactions, 0);
      const { waitingCalls } = sumTraffic(simulators.latest);
      // What piled up while thousands connected must not count as the gateway's answer to the load.
      const isReady = started >= options.chargePoints && waitingCalls <= 10 + options.chargePoints / 100;
      return isReady || ended(signal, deaths) ? true : undefined;
    };
    if ((await poll(isSteady, options.rampMs + PATIENCE_MS, 100)) === undefined) {
      progress.say('not all charge points are charging without delay; the load begins nevertheless');
    }
    progress.say(`all charging after ${span(measurements.elapsed * 1000 - rampedAt)}`);

    const limits = options.sites > 0 ? farad?.limits : undefined;
    await limits?.create();
    await poll(
      async () => ((await limits?.arePlanned()) === false ? ended(signal, deaths) : true),
      PATIENCE_MS,
      500,
    );
    await ticking;
    processes.ramp = watch.take();
    phase = 'load';
    step = 'load';
    const loadedAt = performance.now();
    share = () => (performance.now() - loadedAt) / options.durationMs;
    simulators.load(options.authorizePerSecond, options.sessionsPerSecond);
    const witnesses =
      gateway instanceof ClusterGateway && options.kill.length + options.cut.length > 0
        ? new ConfirmationWitnesses(gateway.cluster.nodes, `GAP-${identityPrefix}`)
        : undefined;
    chaos?.start();
    limits?.start();
    const auditing = startAudits(options, async () =>
      farad?.audit(async () => {
        await wait(AUDIT_LAG_MS);
        return simulators.ledger();
      }),
    );
    await wait(options.durationMs);
    await chaos?.stop();
    await witnesses?.stop();
    witnesses?.tellGaps(measurements);
    await auditing.stop();
    await limits?.stop();
    if (limits !== undefined) progress.say(`${count(limits.changes)} limits of sites changed`);

    await ticking;
    processes.load = watch.take();
    phase = 'wind-down';
    step = 'wind-down';
    const windingDownAt = performance.now();
    share = () => (performance.now() - windingDownAt) / options.windDownMs;
    simulators.windDown(options.windDownMs);
    const isDone = (): true | undefined => (simulators.isSettled || ended(signal, deaths) ? true : undefined);
    await poll(isDone, options.windDownMs + PATIENCE_MS, 50);
    settled = simulators.isSettled;
    waitingCalls = sumTraffic(simulators.latest).waitingCalls;

    step = 'verify';
    share = () => 1;
    if (farad !== undefined) await farad.verify(await simulators.ledger());
    await ticking;
    processes['wind-down'] = watch.take();
  } finally {
    clearInterval(timer);
    await chaos?.stop();
    await witness.stop();
    await simulators.stop();
    await ticking;
  }
  if (signal.aborted) deaths.push('interrupted');
  const { problemCounts, excusedCounts } = measurements;
  return {
    options,
    startedAt,
    identityPrefix,
    measurements,
    actions: measurements.actions(),
    processes,
    verdict: farad?.verdict,
    judgement: judge({
      problemCounts,
      excusedCounts,
      settled,
      waitingCalls,
      isVerifiable: farad !== undefined,
      verdict: farad?.verdict,
      verificationError: farad?.verificationError,
      audited: farad?.audited ?? [],
      deaths,
    }),
    gatewayLog: gateway.log,
  };
}

function ended(signal: AbortSignal, deaths: readonly string[]): true | undefined {
  return signal.aborted || deaths.length > 0 ? true : undefined;
}

/** What happens to a gateway that is disturbed. */
interface DisturbanceEvents {
  /** Seconds since the begin of the run. */
  readonly elapsed: () => number;
  /** An edge or a node is away from now on. */
  readonly onAway: (at: number) => void;
  readonly onEvent: (event: ChaosEvent) => void;
  readonly onFailure: (reason: string) => void;
}

/** Undefined where the gateway is not the tool's own. */
function disturberOf(
  { kill, cut, cutForMs, gatewayFlags, disturb, killEveryMs: everyMs, seed }: LoadOptions,
  gateway: Gateway,
  { disk, clock }: Ground,
  { onAway, ...events }: DisturbanceEvents,
): Disturber | undefined {
  if (gateway instanceof ClusterGateway) {
    return new ClusterChaos(gateway.cluster, {
      ...events,
      kill: kill.filter(isKilledPart),
      cut,
      cutForMs,
      keepsSockets: gatewayFlags.join(' ').includes('--cluster-when-alone keep'),
      everyMs,
      seed,
      onNodeAway: onAway,
    });
  }
  if (!(gateway instanceof OwnGateway)) return undefined;
  return new Chaos(gateway, {
    ...events,
    names: kill,
    disturbances: disturb,
    everyMs,
    seed,
    disk,
    clock,
    onEdgeKill: onAway,
  });
}
