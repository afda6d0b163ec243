import { setTimeout as wait } from 'node:timers/promises';
import { bounded } from './bounded.ts';
import { ChargePoint, type Frame } from './charge-point.ts';
import { ChargePointMemory } from './charge-point-memory.ts';
import type { ConformanceCase } from './conformance-case.ts';
import type { Edition } from './editions.ts';
import { Mismatch, StepFailure } from './mismatch.ts';
import type { Operator } from './operator.ts';
import type { SecureEndpoint } from './own-gateway.ts';
import { Scene, type Step } from './scene.ts';
import { booted } from './states.ts';
import type { TestData } from './test-data.ts';

/** Why a case failed. */
export interface CaseFailure {
  /** Counted from 1; 0 when no step is to blame. */
  readonly step: number;
  readonly stepName: string;
  readonly expected: string;
  readonly came: string;
}

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  /** The edition it was run in; absent where the editions do not differ. */
  readonly edition?: Edition;
  readonly passed: boolean;
  readonly failure?: CaseFailure;
  readonly warnings: readonly string[];
  readonly steps: readonly Step[];
  /** Every frame, in both directions. */
  readonly frames: readonly Frame[];
  readonly durationMs: number;
}

export interface RunOptions {
  readonly cases: readonly ConformanceCase[];
  readonly editions: readonly [Edition, ...Edition[]];
  /** `ws://127.0.0.1:9220/ocpp` */
  readonly ocppUrl: string;
  readonly secure?: SecureEndpoint;
  readonly operator: Operator;
  readonly data: TestData;
  readonly memory?: ChargePointMemory;
  /** Longest wait in a step, ms. */
  readonly stepTimeoutMs?: number;
  /** How long the Central System has to keep quiet after the last step of a case, ms. */
  readonly quietMs?: number;
  /** Stops before the next case. */
  readonly signal?: AbortSignal;
}

const STEP_TIMEOUT_MS = 5000;
const QUIET_MS = 150;

/**
 * Runs the cases one after the other, in the order given, each in every edition that it differs in, but for
 * those that need TLS where no such endpoint is known. No case cleans up after itself.
 */
export async function* runCases(options: RunOptions): AsyncGenerator<CaseResult> {
  const memory = options.memory ?? new ChargePointMemory();
  for (const conformanceCase of options.cases) {
    if (conformanceCase.needsTls && !options.secure) continue;
    const editions = conformanceCase.editionsDiffer === undefined ? [undefined] : options.editions;
    for (const edition of editions) {
      if (options.signal?.aborted) return;
      yield await runCase(conformanceCase, edition, { ...options, memory });
    }
  }
}

async function runCase(
  conformanceCase: ConformanceCase,
  edition: Edition | undefined,
  options: RunOptions & { memory: ChargePointMemory },
): Promise<CaseResult> {
  const { ocppUrl, secure, operator, memory, stepTimeoutMs = STEP_TIMEOUT_MS, quietMs = QUIET_MS } = options;
  const startedAt = performance.now();
  const data = conformanceCase.asRaised
    ? { ...options.data, chargePointId: options.data.raisedChargePointId }
    : options.data;
  const chargePoint = new ChargePoint({
    identity: data.chargePointId,
    callIds: memory.callIds,
    timeoutMs: stepTimeoutMs,
    ...(secure?.ca !== undefined && { ca: secure.ca }),
  });
  const scene = new Scene({
    ocppUrl,
    ...(secure && { secure }),
    edition: edition ?? options.editions[0],
    data,
    chargePoint,
    memory,
    operator,
    stepTimeoutMs,
  });
  const failure = await play(conformanceCase, scene, chargePoint, quietMs);
  await bounded(chargePoint.vanish(), { ms: stepTimeoutMs, expected: 'the connection to close' });
  return {
    id: conformanceCase.id,
    title: conformanceCase.title,
    ...(edition !== undefined && { edition }),
    passed: failure === undefined,
    ...(failure && { failure }),
    warnings: scene.warnings,
    steps: scene.steps,
    frames: chargePoint.frames,
    durationMs: performance.now() - startedAt,
  };
}

async function play(
  conformanceCase: ConformanceCase,
  scene: Scene,
  chargePoint: ChargePoint,
  quietMs: number,
): Promise<CaseFailure | undefined> {
  try {
    if (!conformanceCase.startsOffline) {
      await scene.connect();
      await booted(scene);
    }
    await conformanceCase.run(scene);
    await wait(quietMs);
    chargePoint.breach.throwIfAborted();
    return undefined;
  } catch (error) {
    if (error instanceof StepFailure) {
      const { step, stepName, expected, came } = error;
      return { step, stepName, expected, came };
    }
    // Outside of any step: something that nobody asked for came after the last one.
    if (error instanceof Mismatch)
      return { step: 0, stepName: 'after the last step', expected: error.expected, came: error.came };
    throw error;
  }
}
