import { LinkError } from '../link/link-error.ts';
import type { AnalyticsRows } from '../link/methods.ts';
import { foreignCursor, readCursor, writeCursor } from './cursor.ts';
import type { ControlDeps } from './deps.ts';
import { apiError } from './errors.ts';
import { readInstant } from './validation.ts';

/** Beyond the time limit of a query, ms: analytics itself says that a query took too long. */
const DEADLINE_MARGIN_MS = 5000;

/** Parameters of a request that mean the same in every query; all others are passed on as they are. */
export type RangeQuery = {
  /** RFC 3339, already checked. */
  readonly from?: string;
  readonly to?: string;
  /** IANA name, unchecked. */
  readonly timezone?: string;
};

/** Of a query whose answer comes in pages. */
export type RowsQuery = RangeQuery & {
  readonly limit?: number;
  readonly cursor?: string;
};

/** Rows of an answer where a query sets no limit of its own. */
const MOST_ROWS = 100_000;

/** What a named query returns. */
export type Answer = Omit<Extract<AnalyticsRows, { ok: true }>, 'ok'>;

/**
 * The rows of a named query, for which is waited so long, ms, at most. Throws `bad_parameter`, `time_limit`
 * or `engine_unavailable`.
 */
export async function askAnalytics(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  patienceMs?: number,
): Promise<Answer> {
  const answer = await ask(deps, name, parameters, patienceMs);
  if (answer.ok) {
    const { ok, ...rest } = answer;
    return rest;
  }
  throw apiError(answer.code, { reason: answer.message });
}

/**
 * A page of the rows of a named query, and the cursor of the next one; null after the last. Throws as
 * `askAnalytics`, and `invalid_parameter` for a cursor of something else.
 */
export async function askPage(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  name: string,
  { cursor, ...query }: RowsQuery & Readonly<Record<string, unknown>>,
): Promise<Answer & { readonly next: string | null }> {
  const offset = readOffset(name, cursor);
  const answer = await askAnalytics(deps, name, { ...readRange(query), ...(offset > 0 && { offset }) });
  const { length } = answer.rows;
  const isLast = length < (query.limit ?? MOST_ROWS);
  return { ...answer, next: isLast ? null : writeCursor('rows', `${name} ${offset + length}`) };
}

/** How many rows of the query are before the page. */
function readOffset(name: string, cursor: string | undefined): number {
  const position = readCursor('rows', cursor);
  if (position === undefined) return 0;
  const [of, offset] = position.split(' ');
  if (of !== name) throw foreignCursor();
  return Number(offset);
}

async function ask(
  { link, config }: Pick<ControlDeps, 'link' | 'config'>,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  patienceMs = config.clickhouse.queryTimeout + DEADLINE_MARGIN_MS,
): Promise<AnalyticsRows> {
  try {
    return await link.call('analytics', 'analytics.query', { name, parameters }, { deadlineMs: patienceMs });
  } catch (error) {
    if (!(error instanceof LinkError) || error.code === 'failed') throw error;
    if (error.code === 'timeout') throw apiError('time_limit', { reason: 'no answer in time' });
    if (error.code === 'busy') throw apiError('busy', { what: 'calls between processes' });
    throw apiError('engine_unavailable', { reason: 'the analytics process is starting again' });
  }
}

/**
 * The parameters of a request as analytics takes them: times in epoch ms. Throws `invalid_parameter` for an
 * unknown time zone.
 */
export function readRange({ from, to, ...rest }: RangeQuery): Record<string, unknown> {
  const { timezone } = rest;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    const problem = 'must be an IANA time zone, for example Europe/Berlin';
    throw apiError('invalid_parameter', { name: 'timezone', problem }, { parameter: 'timezone' });
  }
  return {
    ...rest,
    ...(from !== undefined && { from: readInstant(from) }),
    ...(to !== undefined && { to: readInstant(to) }),
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
