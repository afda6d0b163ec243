import type { Edition } from '../editions.ts';
import type { Functionality } from '../functionality.ts';
import { isFailed, type Performance, TIMEOUT_TOLERANCE_MS } from '../performance/measure-performance.ts';
import type { CaseResult } from '../run-cases.ts';

/** How something came out; `incomplete`: nothing failed, but not all of it was run. */
export type Outcome = 'pass' | 'fail' | 'incomplete';

/** A case with every run of it: one, or one per edition. */
export interface ReportedCase {
  readonly id: string;
  readonly title: string;
  readonly editionsDiffer?: string;
  readonly outcome: Outcome;
  readonly runs: readonly CaseResult[];
}

export interface ReportedFunctionality {
  readonly name: string;
  readonly description: string;
  readonly outcome: Outcome;
  readonly cases: readonly ReportedCase[];
}

/** A label and its value, in a table. */
export type Fact = readonly [label: string, value: string];

/** What the report says, whatever it is written as. */
export interface Report {
  /** `FC-` and the time it was begun. */
  readonly reference: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly product: { readonly name: string; readonly version: string };
  readonly outcome: Outcome;
  readonly casesPassed: number;
  readonly casesRun: number;
  readonly casesTotal: number;
  readonly editions: readonly Edition[];
  readonly functionalities: readonly ReportedFunctionality[];
  readonly performance: Performance | undefined;
  readonly configuration: readonly Fact[];
}

export interface ReportInput {
  readonly date: Date;
  readonly product: Report['product'];
  readonly functionalities: readonly Functionality[];
  readonly results: readonly CaseResult[];
  /** The editions that were run. */
  readonly editions: readonly Edition[];
  /** The editions that a complete report covers. */
  readonly allEditions: readonly Edition[];
  readonly performance: Performance | undefined;
  readonly configuration: readonly Fact[];
}

export function buildReport(input: ReportInput): Report {
  const functionalities = input.functionalities.map((row) => reportRow(row, input));
  const cases = functionalities.flatMap((row) => row.cases);
  const { performance } = input;
  const outcomes = [
    ...functionalities.map((row) => row.outcome),
    performance ? timeoutOutcome(performance) : 'incomplete',
    performance ? authorizeOutcome(performance) : 'incomplete',
  ];
  return {
    reference: `FC-${input.date.toISOString().replace(/[-:]|\.\d+/g, '')}`,
    date: input.date.toISOString(),
    product: input.product,
    outcome: together(outcomes),
    casesPassed: cases.filter(({ outcome }) => outcome === 'pass').length,
    casesRun: cases.filter(({ runs }) => runs.length > 0).length,
    casesTotal: cases.length,
    editions: input.editions,
    functionalities,
    performance,
    configuration: input.configuration,
  };
}

function reportRow({ name, description, cases }: Functionality, input: ReportInput): ReportedFunctionality {
  const reported = cases.map(({ id, title, editionsDiffer }): ReportedCase => {
    const runs = input.results.filter((result) => result.id === id);
    const wanted = editionsDiffer === undefined ? 1 : input.allEditions.length;
    const outcome = runs.some(({ passed }) => !passed)
      ? 'fail'
      : runs.length < wanted
        ? 'incomplete'
        : 'pass';
    return { id, title, ...(editionsDiffer !== undefined && { editionsDiffer }), outcome, runs };
  });
  return { name, description, outcome: together(reported.map((item) => item.outcome)), cases: reported };
}

/** *OCPP response timeout*: the Central System may give up earlier than declared, but not later. */
export function timeoutOutcome({ declared, responseTimeoutMs }: Performance): Outcome {
  if (isFailed(responseTimeoutMs)) return 'fail';
  return responseTimeoutMs <= declared.responseTimeoutMs + TIMEOUT_TOLERANCE_MS ? 'pass' : 'fail';
}

/** *Response time Authorize*: not one answer may take longer than declared, idle or under load. */
export function authorizeOutcome({ declared, idle, loaded }: Performance): Outcome {
  const tooSlow = (measured: Performance['loaded']) =>
    measured !== undefined && (isFailed(measured) || measured.times.max > declared.authorizeMs);
  if (tooSlow(idle) || tooSlow(loaded)) return 'fail';
  return loaded === undefined ? 'incomplete' : 'pass';
}

function together(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('fail')) return 'fail';
  return outcomes.includes('incomplete') ? 'incomplete' : 'pass';
}
