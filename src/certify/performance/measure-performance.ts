import { monitorEventLoopDelay } from 'node:perf_hooks';
import { inTens } from '../in-tens.ts';
import { Mismatch } from '../mismatch.ts';
import type { Operator } from '../operator.ts';
import type { Gateway } from '../own-gateway.ts';
import { AuthorizeProbe } from './authorize-times.ts';
import { type Distribution, distribution } from './distribution.ts';
import { Load } from './load.ts';
import type { LoadPlan } from './load-plan.ts';
import { measureResponseTimeout } from './response-timeout.ts';

/** What the vendor declares (the PICS values). Milliseconds. */
export interface Declared {
  readonly responseTimeoutMs: number;
  readonly authorizeMs: number;
}

export interface Failed {
  readonly failed: string;
}

/** Authorize as measured, in milliseconds. */
export interface AuthorizeMeasurement {
  readonly times: Distribution;
  readonly chargePoints: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** How late the event loop of the measuring process was at worst, ms: the times contain it. */
  readonly ownDelayMs: number;
  /** The load that was on meanwhile, as it really was. */
  readonly load?: {
    readonly chargePoints: number;
    readonly samplesPerSecond: number;
    readonly skipped: number;
    readonly refused: number;
    readonly lost: number;
  };
}

export interface Performance {
  readonly declared: Declared;
  readonly responseTimeoutMs: number | Failed;
  readonly idle: AuthorizeMeasurement | Failed;
  /** Undefined where it was left out. */
  readonly loaded: AuthorizeMeasurement | Failed | undefined;
}

export interface PerformancePlan {
  readonly gateway: Gateway;
  readonly operator: Operator;
  readonly declared: Declared;
  readonly idTag: string;
  /** Measuring time without load, s. */
  readonly idleSeconds: number;
  readonly load: LoadPlan | undefined;
  readonly say: (line: string) => void;
  /** Ends it by throwing its reason. */
  readonly signal: AbortSignal;
}

const PROBE_PREFIX = 'FARAD-CERTIFY-P';
const LOAD_PREFIX = 'FARAD-CERTIFY-L';
const PROBES = 20;
/** Authorize requests of each probe. */
const PER_SECOND = 10;
/** How finely the event loop is watched, ms. */
const DELAY_RESOLUTION_MS = 1;

/** How much longer than declared the response timeout may measure: the way to the API and back is in it. */
export const TIMEOUT_TOLERANCE_MS = 500;

/**
 * Measures both rows of the performance table. What the gateway refuses becomes a `Failed`, so that the
 * report can say so.
 */
export async function measurePerformance(plan: PerformancePlan): Promise<Performance> {
  const { gateway, operator, declared, idTag, say } = plan;
  say(`OCPP response timeout: a charge point keeps quiet (declared ${declared.responseTimeoutMs / 1000} s)`);
  const patienceMs = declared.responseTimeoutMs + 10_000;
  const chargePoint = { ocppUrl: gateway.ocppUrl, identity: `${PROBE_PREFIX}0`, operator };
  const responseTimeoutMs = await orFailed(() => measureResponseTimeout(chargePoint, patienceMs));

  const probe = new AuthorizeProbe({
    ocppUrl: gateway.ocppUrl,
    prefix: PROBE_PREFIX,
    chargePoints: PROBES,
    perSecond: PER_SECOND,
    idTag,
    signal: plan.signal,
  });
  try {
    say(`Response time Authorize, idle: ${plan.idleSeconds} s`);
    const idle = await orFailed(async () => {
      await probe.open(operator);
      return measureAuthorize(probe, plan.idleSeconds);
    });
    const loaded = plan.load && (await orFailed(() => measureUnderLoad(probe, plan, plan.load as LoadPlan)));
    return { declared, responseTimeoutMs, idle, loaded };
  } finally {
    await probe.close();
  }
}

async function measureUnderLoad(
  probe: AuthorizeProbe,
  { gateway, operator, idTag, say }: PerformancePlan,
  plan: LoadPlan,
): Promise<AuthorizeMeasurement> {
  const { chargePoints, samplesPerSecond, seconds } = plan;
  say(
    `Response time Authorize, under load: ${chargePoints} charge points, ${samplesPerSecond} samples/s, ${seconds} s`,
  );
  await inTens(loadIdentities(chargePoints), (identity) => operator.provision(identity));
  const load = await Load.start({ ...plan, ocppUrl: gateway.ocppUrl, prefix: LOAD_PREFIX, idTag });
  try {
    const startedAt = performance.now();
    const before = await load.counts();
    const measured = await measureAuthorize(probe, seconds);
    const after = await load.counts();
    const elapsed = (performance.now() - startedAt) / 1000;
    const reached = (after.confirmedSamples - before.confirmedSamples) / elapsed;
    if (reached < samplesPerSecond)
      throw new Mismatch(
        `${samplesPerSecond} confirmed samples per second while measuring`,
        `${Math.floor(reached)} (${after.skipped} messages skipped, ${after.refused} refused, ${after.lost} connections lost)`,
      );
    const { skipped, refused, lost } = after;
    return { ...measured, load: { chargePoints, samplesPerSecond: reached, skipped, refused, lost } };
  } finally {
    await load.stop();
  }
}

async function measureAuthorize(probe: AuthorizeProbe, seconds: number): Promise<AuthorizeMeasurement> {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  const times = distribution(await probe.measure(seconds * 1000));
  delay.disable();
  return {
    times,
    chargePoints: PROBES,
    perSecond: PROBES * PER_SECOND,
    seconds,
    ownDelayMs: delay.max / 1e6,
  };
}

/** The identities that measuring leaves behind at the gateway. */
export function performanceIdentities(load: LoadPlan | undefined): string[] {
  const probes = Array.from({ length: PROBES + 1 }, (_, index) => `${PROBE_PREFIX}${index}`);
  return [...probes, ...loadIdentities(load?.chargePoints ?? 0)];
}

function loadIdentities(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${LOAD_PREFIX}${index + 1}`);
}

async function orFailed<T>(work: () => Promise<T>): Promise<T | Failed> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Mismatch) return { failed: error.message };
    throw error;
  }
}

export function isFailed(value: unknown): value is Failed {
  return typeof value === 'object' && value !== null && 'failed' in value;
}
