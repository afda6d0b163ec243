import { expect, test } from 'vitest';
import { judgeSamples, judgeSite, type SiteOutcome, WHOLE_STORY } from '../../../load/site/site-judge.ts';

const good: SiteOutcome = {
  samples: [],
  highest: 1,
  belowAfter: 9,
  used: 0.95,
  usedHalved: 0.91,
  longestWait: 14 * 60,
  transactions: 200,
  problems: [],
};

test('a site that keeps to its limit and uses it passes', () => {
  expect(judgeSite(good)).toEqual([]);
});

test.each<[string, Partial<SiteOutcome>, RegExp]>([
  ['more than the limit', { highest: 1.01 }, /101.0 % of the limit/],
  ['a cut that is obeyed too late', { belowAfter: 11 }, /11.0 s/],
  ['a whole limit left unused', { used: 0.89 }, /89.0 % of the whole limit/],
  ['a halved limit left unused', { usedHalved: 0.89 }, /89.0 % of the halved limit/],
  ['a vehicle forgotten', { longestWait: 16 * 60 }, /16.0 min/],
  ['a problem', { problems: ['timeout CP-1'] }, /timeout CP-1/],
])('%s fails', (_what, change, failure) => {
  const failures = judgeSite({ ...good, ...change });
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(failure);
});

test('the two limits are judged apart, and only while somebody waits', () => {
  const cutAt = WHOLE_STORY.halved.from * 60;
  const samples = Array.from({ length: 45 * 60 }, (_, at) => {
    const isHalved = at >= cutAt && at < WHOLE_STORY.halved.to * 60;
    const current = at === cutAt + 7 ? 210 : isHalved ? 180 : 380;
    // Nobody waits in every tenth second, and little flows.
    const paused = at % 10 === 0 ? 0 : 5;
    const flows = paused === 0 ? 50 : current;
    const now: [number, number, number] = [flows, flows, flows];
    return { at, limit: isHalved ? 200 : 400, current: now, sessions: 200, paused, offline: 0 };
  });
  const { used, usedHalved, highest, belowAfter } = judgeSamples(samples, cutAt, WHOLE_STORY, 400);
  expect(used).toBeCloseTo(0.95);
  expect(usedHalved).toBeCloseTo(0.9);
  expect(highest).toBeCloseTo(0.95);
  expect(belowAfter).toBe(7);
});
