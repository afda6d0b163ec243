import type { AnalyticsQuery, AnalyticsRows } from '../link/methods.ts';
import { metrics } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import type { EnergyRollup } from './energy/energy-rollup.ts';
import type { Engine } from './engine.ts';
import { EngineError, type Fault } from './engine-error.ts';
import { namedQueries } from './named-queries.ts';
import { BadParameter, Parameters, type PreparedQuery } from './queries/parameters.ts';
import { Turns } from './turns.ts';

export interface QueryServiceOptions {
  /** Queries that run at a time, beside one that is patient. */
  readonly atATime: number;
  /** Undefined while nothing can be asked. */
  readonly engine: () => Engine | undefined;
  /** Time limit of a query, ms (`clickhouse.queryTimeout`). */
  readonly queryTimeout: number;
  /** What works out energy ahead of the questions about it. */
  readonly energy?: () => EnergyRollup | undefined;
  /** Why nothing can be asked. */
  readonly problem: () => string;
}

/** Queries that may wait for others. */
const WAITING = 64;

/** Less time than this is not worth beginning with, ms. */
const SHORTEST_MS = 50;

const seconds = metrics.histogram(
  'farad_analytics_query_seconds',
  'Time of a named query, waiting for its turn included.',
  undefined,
  ['query'],
);
const failures = metrics.counter('farad_analytics_query_failures_total', 'Named queries without an answer.', [
  'query',
  'code',
]);

/** Queries count from the end of their time. */
const inHand = watchman.workOf({ name: 'queries' });

type Failure = Extract<AnalyticsRows, { ok: false }>;

/**
 * Answers the named queries of other processes: few at a time, those that read much apart from the others,
 * each with a time limit.
 */
export class QueryService {
  private readonly options: QueryServiceOptions;
  private readonly prompt: Turns;
  private readonly patient = new Turns(1);

  constructor(options: QueryServiceOptions) {
    this.options = options;
    this.prompt = new Turns(options.atATime);
  }

  /** `deadlineMs`: how long the caller waits. Throws nothing that concerns the query. */
  async answer({ name, parameters }: AnalyticsQuery, deadlineMs: number): Promise<AnalyticsRows> {
    const started = performance.now();
    const deadline = started + deadlineMs;
    const answer = await inHand.during(() => this.tryAnswer(name, parameters, deadline), deadline);
    const label = namedQueries.has(name) ? name : 'unknown';
    seconds.with({ query: label }).observe((performance.now() - started) / 1000);
    if (!answer.ok) failures.with({ query: label, code: answer.code }).inc();
    return answer;
  }

  private async tryAnswer(
    name: string,
    parameters: Readonly<Record<string, unknown>>,
    deadline: number,
  ): Promise<AnalyticsRows> {
    const prepared = prepare(name, parameters);
    if ('ok' in prepared) return prepared;
    const engine = this.options.engine();
    if (!engine) return failure('engine_unavailable', this.options.problem());
    const turns = prepared.patient ? this.patient : this.prompt;
    if (turns.length >= WAITING) {
      return failure('engine_unavailable', `${WAITING} queries are waiting already`);
    }
    return turns.run(() => this.run(engine, prepared, deadline));
  }

  private async run(engine: Engine, prepared: PreparedQuery, deadline: number): Promise<AnalyticsRows> {
    const { sql, parameters, patient = false } = prepared;
    let pending = 0;
    try {
      const backlog = await backlogOf(prepared, this.options.energy?.());
      if (backlog.failure) return backlog.failure;
      pending = backlog.pending;
    } catch (error) {
      if (error instanceof EngineError) return failureOf(error);
      throw error;
    }
    const timeLimitMs = Math.floor(Math.min(this.options.queryTimeout, deadline - performance.now()));
    if (timeLimitMs < SHORTEST_MS) return failure('time_limit', 'other queries took all of its time');
    try {
      const rows = await engine.query<Record<string, unknown>>(sql, parameters, { timeLimitMs, patient });
      return { ok: true, rows, ...(pending > 0 && { pending }) };
    } catch (error) {
      if (error instanceof EngineError) return failureOf(error);
      throw error;
    }
  }
}

/**
 * Works out what energy a query needs. Returns why it cannot be asked yet, or how many days of connectors its
 * answer does not have. Throws EngineError.
 */
export async function backlogOf(
  { energyOf, energyMayLag = false }: PreparedQuery,
  rollup: EnergyRollup | undefined,
): Promise<{ readonly failure?: Failure; readonly pending: number }> {
  const { left = 0, pending = 0 } = (energyOf && (await rollup?.settle(energyOf))) || {};
  if (left === 0 || energyMayLag) return { pending };
  const description = `energy is being worked out anew, ${left} days of connectors are left`;
  return { failure: failure('being_worked_out', description), pending };
}

/** A named query with its parameters, or what is wrong with them. */
export function prepare(
  name: string,
  parameters: Readonly<Record<string, unknown>>,
): PreparedQuery | Failure {
  const query = namedQueries.get(name);
  if (!query) return failure('bad_parameter', `there is no query ${JSON.stringify(name)}`);
  try {
    const given = new Parameters(parameters);
    const prepared = query(given);
    given.end();
    return prepared;
  } catch (error) {
    if (error instanceof BadParameter) return failure('bad_parameter', error.message);
    throw error;
  }
}

const CODES: Partial<Record<Fault, Failure['code']>> = { time: 'time_limit', memory: 'time_limit' };

/** What became of a query. Throws an error that is nobody's fault but ours. */
export function failureOf(error: EngineError): Failure {
  if (error.fault === 'other' || error.fault === 'rows') throw error; // the statement is wrong, not the request
  const code = CODES[error.fault] ?? 'engine_unavailable';
  const what = error.fault === 'memory' ? 'it needs more memory than a query may have' : error.message;
  return failure(code, what);
}

function failure(code: Failure['code'], message: string): Failure {
  return { ok: false, code, message };
}
