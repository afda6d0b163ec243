import { expect, test } from 'vitest';
import { runSite, siteFlags } from '../../load/site/site-run.ts';
import { startGateway } from '../support/gateway.ts';

const KEY = 'a-key-of-this-test-0123';
/** Simulated seconds in a real one. */
const SPEED = 10;
const TURN_WITHIN = 200;
/** Simulated seconds: the processes of a busy machine are not ten times as fast as in real life. */
const OBEYED_WITHIN = 30;

/**
 * `npm run load -- --scenario site` in small: seven simulated minutes of 30 charge points behind 90 A per
 * phase.
 */
test('a site stays below its limit while vehicles come and go, lines are cut, control is killed, and the limit is halved', async () => {
  const gateway = await startGateway([...siteFlags(SPEED, TURN_WITHIN), '--api-key', KEY]);
  let killed = false;
  const outcome = await runSite(
    {
      target: { ocppUrl: gateway.ocpp, apiUrl: gateway.api, apiKey: KEY },
      chargePoints: 30,
      limit: 90,
      speed: SPEED,
      seed: 11,
      story: {
        settled: 3,
        offline: { at: 3, lasts: 1 },
        halved: { from: 5, to: 6.5, obeyedWithin: OBEYED_WITHIN },
        ends: 7,
      },
    },
    ({ at }) => {
      // Control comes back within a second or two, and knows what vehicles may be taking.
      if (at < 200 || killed) return;
      killed = true;
      gateway.kill('control');
    },
  );
  const { samples, highest, belowAfter, used, longestWait, problems } = outcome;
  expect(problems).toEqual([]);
  expect(highest).toBeLessThanOrEqual(1.0001);
  expect(belowAfter).toBeLessThan(OBEYED_WITHIN);
  // At this size a vehicle that comes or goes is 8 % of the limit.
  expect(used).toBeGreaterThan(0.7);
  expect(longestWait).toBeGreaterThan(30);
  expect(longestWait).toBeLessThan(1.5 * TURN_WITHIN);
  expect(killed).toBe(true);
  expect(samples.some(({ offline, at }) => offline >= 6 && at > 180)).toBe(true);
  expect(samples.some(({ limit, current }) => limit < 50 && current[0] > 20)).toBe(true);
}, 120_000);
