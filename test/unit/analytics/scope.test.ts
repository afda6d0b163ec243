import { expect, test } from 'vitest';
import { namedQueries } from '../../../src/analytics/named-queries.ts';
import { BadParameter, Parameters } from '../../../src/analytics/queries/parameters.ts';

/** Asked by Farad itself, about transactions that it has looked up; people cannot ask them. */
const INTERNAL = ['doubtful-transactions', 'storage', 'transaction-digests', 'transaction-readings'];

const DAY_MS = 86_400_000;
const SCOPE = { scopeGroups: ['North'], scopeChargePoints: ['CP-1'] };

function prepare(name: string, more: object) {
  const range = { from: 0, to: DAY_MS };
  const needed = { chargePointId: 'CP-2' };
  for (const given of [{ ...range, ...more }, { ...range, ...needed, ...more }, more]) {
    try {
      const parameters = new Parameters(given as Record<string, unknown>);
      const query = namedQueries.get(name)?.(parameters);
      parameters.end();
      return query;
    } catch (error) {
      if (!(error instanceof BadParameter)) throw error;
    }
  }
  return undefined;
}

test.each([...namedQueries.keys()])(
  '%s reads charge points in scope only, or refuses to be bounded',
  (name) => {
    const bounded = prepare(name, SCOPE);
    if (INTERNAL.includes(name)) {
      expect(bounded).toBeUndefined();
      return;
    }
    expect(bounded?.sql).toContain('group_name IN {scopeGroups:Array(String)}');
    expect(bounded?.parameters).toMatchObject(SCOPE);
    // Every table with charge points that is read is bounded.
    expect(prepare(name, {})?.sql).not.toContain('scopeGroups');
  },
);
