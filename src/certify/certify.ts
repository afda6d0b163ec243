import { ChargePointMemory } from './charge-point-memory.ts';
import { EDITIONS, type Edition } from './editions.ts';
import { CASES, FUNCTIONALITIES } from './functionality.ts';
import { inTens } from './in-tens.ts';
import { Mismatch } from './mismatch.ts';
import { Operator } from './operator.ts';
import { type Gateway, startOwnGateway } from './own-gateway.ts';
import type { LoadPlan } from './performance/load-plan.ts';
import {
  measurePerformance,
  type Performance,
  performanceIdentities,
} from './performance/measure-performance.ts';
import { buildReport, type Report } from './report/report.ts';
import { type CaseResult, runCases } from './run-cases.ts';
import { shuffled } from './shuffle.ts';
import { testConfiguration } from './test-configuration.ts';
import { DEFAULT_TEST_DATA, provision, unprovision } from './test-data.ts';

/** A gateway that is started for the run. */
export interface OwnTarget {
  /** What runs it, as for `startOwnGateway`. */
  readonly command: readonly [string, ...string[]];
  /** Engine of its plain port, as `ocpp.transport` names them. */
  readonly engine: string;
}

export interface CertifyOptions {
  /** A gateway that runs, or the command that runs one. */
  readonly target: Gateway | OwnTarget;
  /** Ids of the cases to run; all when absent. No figures are taken then. */
  readonly only?: readonly string[];
  /** Runs the cases in an order that follows from this number. */
  readonly shuffleSeed?: number;
  readonly editions: readonly [Edition, ...Edition[]];
  /** Undefined takes the figures without load. */
  readonly load: LoadPlan | undefined;
  /** Seconds that Authorize is measured for without load. */
  readonly idleSeconds: number;
  /** The declared *OCPP response timeout*, ms. A gateway of its own is set to it. */
  readonly responseTimeoutMs: number;
  /** The declared *Response time Authorize*, ms. */
  readonly authorizeMs: number;
  readonly toolVersion: string;
  /** Called for each case and each figure as it begins or ends. */
  readonly progress: { case(result: CaseResult): void; say(line: string): void };
  /**
   * Ends the run after the case under way, by throwing its reason. What was started is stopped, what was
   * provisioned is removed.
   */
  readonly signal: AbortSignal;
}

const API_TIMEOUT_MS = 10_000;

/**
 * Runs the cases and takes the figures. Throws GatewayStartError when the gateway of its own does not come
 * up, and a Mismatch when the gateway cannot be prepared.
 */
export async function certify(options: CertifyOptions): Promise<Report> {
  const { target, progress } = options;
  if (!('command' in target)) return assess(target, options, undefined);
  const settings = {
    'ocpp-call-timeout': `${options.responseTimeoutMs}ms`,
    'ocpp-heartbeat-interval': '1s',
    // The cases ask of TLS what only `ws` can do: that is what `auto` takes there.
    ...(target.engine !== 'auto' && {
      'ocpp-endpoints': `ws://127.0.0.1:0?transport=${target.engine},wss://127.0.0.1:0`,
    }),
  };
  progress.say('Starting a gateway with a data directory of its own');
  const gateway = await startOwnGateway(target.command, settings);
  try {
    return await assess(gateway, options, settings);
  } finally {
    await gateway.stop();
  }
}

async function assess(
  gateway: Gateway,
  options: CertifyOptions,
  ownSettings: Readonly<Record<string, string>> | undefined,
): Promise<Report> {
  const { editions, only, shuffleSeed, progress, signal } = options;
  const date = new Date();
  const operator = new Operator({ ...gateway, timeoutMs: API_TIMEOUT_MS });
  const data = DEFAULT_TEST_DATA;
  const memory = new ChargePointMemory();
  const product = await operator.product();
  const results: CaseResult[] = [];
  let performance: Performance | undefined;
  try {
    await provision(operator, data);
    const chosen = CASES.filter(({ id }) => only === undefined || only.includes(id));
    const cases = shuffleSeed === undefined ? chosen : shuffled(chosen, shuffleSeed);
    for await (const result of runCases({ ...gateway, cases, editions, operator, data, memory, signal })) {
      results.push(result);
      progress.case(result);
    }
    signal.throwIfAborted();
    if (only === undefined) performance = await measure(gateway, operator, options);
  } finally {
    if (!ownSettings)
      await tidyUp(operator, performance ? performanceIdentities(options.load) : [], progress.say);
  }
  const configuration = testConfiguration({
    product,
    toolVersion: options.toolVersion,
    ocppUrl: gateway.ocppUrl,
    ownSettings,
    editions,
    shuffleSeed,
    data,
    currentTime: memory.currentTime,
  });
  return buildReport({
    date,
    product,
    functionalities: FUNCTIONALITIES,
    results,
    editions,
    allEditions: EDITIONS,
    performance,
    configuration,
  });
}

function measure(gateway: Gateway, operator: Operator, options: CertifyOptions): Promise<Performance> {
  const { responseTimeoutMs, authorizeMs, idleSeconds, load, progress, signal } = options;
  const declared = { responseTimeoutMs, authorizeMs };
  const { validTag: idTag } = DEFAULT_TEST_DATA;
  const { say } = progress;
  return measurePerformance({ gateway, operator, declared, idTag, idleSeconds, load, say, signal });
}

/**
 * Leaves a gateway that is not our own as it was, but for transactions and history. That it fails is no
 * reason to lose the report.
 */
async function tidyUp(
  operator: Operator,
  identities: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  try {
    await unprovision(operator, DEFAULT_TEST_DATA);
    await inTens(identities, (identity) => operator.removeChargePoint(identity));
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    say(`The test data could not be removed: ${error.message}`);
  }
}
