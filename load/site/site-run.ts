import { randomBytes } from 'node:crypto';
import { importTokens } from '../../src/simulator/provisioning.ts';
import type { Target } from '../target.ts';
import { siteApi } from './site-api.ts';
import { SiteFleet } from './site-fleet.ts';
import { judgeSamples, MINUTE, type SiteOutcome, type SiteSample, type SiteStory } from './site-judge.ts';

const SAMPLE_MS = 50;

export interface SiteRunOptions {
  readonly target: Target;
  readonly chargePoints: number;
  /** A per phase. */
  readonly limit: number;
  /** Simulated seconds in a real one. */
  readonly speed: number;
  readonly seed: number;
  readonly story: SiteStory;
}

/**
 * Flags with which a gateway plans `speed` times as fast as it would in real life; `turnWithin` in simulated
 * s.
 */
export function siteFlags(speed: number, turnWithin = 15 * MINUTE): string[] {
  const ms = (seconds: number): string => `${Math.round((seconds * 1000) / speed)}ms`;
  return [
    '--sites-interval',
    ms(1),
    '--sites-settle',
    ms(5),
    '--sites-turn-within',
    ms(turnWithin),
    '--sites-calls-per-second',
    String(200 * speed),
  ];
}

/**
 * Runs the story of a site against a gateway. `onSample` is told what flows. @throws Error where the gateway
 * refuses what is set up.
 */
export async function runSite(
  options: SiteRunOptions,
  onSample: (sample: SiteSample) => void,
  signal?: AbortSignal,
): Promise<SiteOutcome> {
  const { target, chargePoints, limit, speed, seed, story } = options;
  const api = siteApi(target);
  const idTags = Array.from(
    { length: chargePoints },
    (_, index) => `SITECARD${String(index).padStart(5, '0')}`,
  );
  await importTokens(
    { url: target.apiUrl, key: target.apiKey },
    idTags.map((idTag) => ({ idTag, status: 'Accepted' })),
  );
  const identityPrefix = `SITE-${randomBytes(3).toString('hex')}-`;
  const site = new SiteFleet({ ocppUrl: target.ocppUrl, chargePoints, identityPrefix, idTags, speed, seed });
  const path = `/${identityPrefix}site`;
  const groups = (current: number) => [{ id: 'site', limit: { unit: 'A', perPhase: current } }];
  await api('PUT', path, { groups: [{ ...groups(limit)[0], parent: null }], members: site.members('site') });

  const samples: SiteSample[] = [];
  let limitNow = limit;
  const began = performance.now();
  const elapsed = (): number => ((performance.now() - began) / 1000) * speed;
  const sampler = setInterval(() => {
    const sample = { at: elapsed(), limit: limitNow, ...site.look(performance.now()) };
    samples.push(sample);
    onSample(sample);
  }, SAMPLE_MS);
  const until = async (minutes: number): Promise<void> => {
    while (elapsed() < minutes * MINUTE && signal?.aborted !== true) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const setLimit = async (current: number): Promise<void> => {
    // A lower limit counts from when it was asked for, a higher one from when Farad knows it.
    limitNow = Math.min(limitNow, current);
    await api('PATCH', path, { groups: groups(current) });
    limitNow = current;
  };
  const steps: [number, () => unknown][] = [
    [story.offline.at, () => site.cutLines(0.2, (story.offline.lasts * MINUTE * 1000) / speed)],
    [story.halved.from, () => setLimit(limit / 2)],
    [story.halved.to, () => setLimit(limit)],
  ];
  let cutAt = Number.POSITIVE_INFINITY;
  try {
    site.fleet.start((30 * 1000) / speed);
    for (const [at, step] of steps.sort((a, b) => a[0] - b[0])) {
      await until(at);
      if (at === story.halved.from) cutAt = elapsed();
      if (signal?.aborted !== true) await step();
    }
    await until(story.ends);
  } finally {
    clearInterval(sampler);
    await site.fleet.stop();
    await api('DELETE', path);
  }
  return {
    samples,
    ...judgeSamples(samples, cutAt, story, limit),
    longestWait: (site.longestWait / 1000) * speed,
    transactions: site.fleet.traffic.openTransactions,
    problems: site.problems.map(
      ({ kind, chargePointId, action, detail }) => `${kind} ${chargePointId} ${action} ${detail}`,
    ),
  };
}
