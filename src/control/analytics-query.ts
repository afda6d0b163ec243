import { LinkError } from '../link/link-error.ts';
import type { ControlDeps } from './deps.ts';
import { apiError } from './errors.ts';

/** Beyond the time limit of a query, ms: analytics itself says that a query took too long. */
const DEADLINE_MARGIN_MS = 5000;

/** The rows of a named query. Throws `bad_parameter`, `time_limit` or `engine_unavailable`. */
export async function askAnalytics(
  { link, config }: Pick<ControlDeps, 'link' | 'config'>,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<readonly Record<string, unknown>[]> {
  const answer = await ask();
  if (answer.ok) return answer.rows;
  throw apiError(answer.code, { reason: answer.message });

  async function ask() {
    try {
      const deadlineMs = config.clickhouse.queryTimeout + DEADLINE_MARGIN_MS;
      return await link.call('analytics', 'analytics.query', { name, parameters }, { deadlineMs });
    } catch (error) {
      if (!(error instanceof LinkError) || error.code === 'failed') throw error;
      if (error.code === 'timeout') throw apiError('time_limit', { reason: 'no answer in time' });
      if (error.code === 'busy') throw apiError('busy', { what: 'calls between processes' });
      throw apiError('engine_unavailable', { reason: 'the analytics process is starting again' });
    }
  }
}
