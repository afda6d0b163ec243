import { expect, test } from 'vitest';
import { judgeSamples, judgeSite, type SiteSample, WHOLE_STORY } from '../../../load/site/site-judge.ts';
import { ModelledSite } from '../../support/modelled-site.ts';

const SECOND = 1000;
const MINUTE = 60;
const LIMIT = 400;

/**
 * The story of `npm run load -- --scenario site`, with the planner alone: what it decides, not how fast the
 * processes around it are.
 */
test('200 charge points stay below 400 A per phase, use at least 90 % of it, whole and halved, and everybody gets a turn', async () => {
  const site = new ModelledSite(200, LIMIT, 5);
  const { offline, halved, ends } = WHOLE_STORY;
  const samples: SiteSample[] = [];
  for (let at = 1; at <= ends * MINUTE; at++) {
    if (at === offline.at * MINUTE) site.cutLines(offline.lasts * MINUTE * SECOND);
    if (at === halved.from * MINUTE) site.setLimit(LIMIT / 2);
    if (at === halved.to * MINUTE) site.setLimit(LIMIT);
    await site.pass(SECOND);
    samples.push({ at, limit: site.limit, ...site.look() });
  }
  const outcome = {
    samples,
    ...judgeSamples(samples, halved.from * MINUTE, WHOLE_STORY, LIMIT),
    longestWait: site.longestWait / SECOND,
    transactions: 0,
    problems: [],
  };
  expect(judgeSite(outcome)).toEqual([]);
  expect(Math.max(...samples.map((sample) => sample.offline))).toBeGreaterThanOrEqual(40);
  expect(Math.min(...samples.slice(300).map(({ paused }) => paused))).toBeGreaterThan(50);
  // Turns cost messages; a site in balance costs none.
  expect(site.calls).toBeLessThan(5_000);
}, 120_000);
