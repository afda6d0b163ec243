import type { Phases } from '../src/smart-charging/load-sharing.ts';
import { type PlanInput, type PlannedConnector, planSite } from '../src/smart-charging/site-plan.ts';
import { createSitePlanPool } from '../src/workers/site-plan-pool.ts';
import type { Bench, Contender } from './bench.ts';

const SITES = 100;
const CONNECTORS = 100;
const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const MINUTE = 60_000;
/** A per phase, before and after the limit is cut. */
const BEFORE = 1200;
const AFTER = 600;

/**
 * How long it takes to plan 10,000 running transactions anew after the limits of their 100 sites were cut
 * (target: 1 s).
 */
export const sitePlanningBench: Bench = {
  name: 'site-planning',
  question:
    'How long does it take to plan 10,000 running transactions in 100 sites after a cut of their limits?',
  figures: [
    { key: 'planning', unit: 'ms', better: 'lower' },
    { key: 'mainThread', unit: 'ms busy', better: 'lower' },
  ],
  prepare() {
    const pool = createSitePlanPool();
    const thread = async (sites: readonly PlanInput[]): Promise<number> => {
      const answers = await Promise.all(sites.map((site) => pool.plan([site])));
      return answers.flatMap(({ plans }) => plans).reduce((sum, { changes }) => sum + changes.length, 0);
    };
    const inline = (sites: readonly PlanInput[]): number =>
      sites.reduce((sum, site) => sum + planSite(site).changes.length, 0);
    return {
      contenders: [
        contender('on the planning thread, flat sites', flat, thread),
        contender('inline, flat sites', flat, inline),
        contender('on the planning thread, sites of 11 groups', grouped, thread),
        contender('inline, sites of 11 groups', grouped, inline),
      ],
      close: () => pool.close(),
    };
  },
};

function contender(
  name: string,
  site: (seed: number) => PlanInput,
  plan: (sites: readonly PlanInput[]) => number | Promise<number>,
): Contender {
  return {
    name,
    async run() {
      const sites = Array.from({ length: SITES }, (_, seed) => site(seed));
      const began = performance.now();
      const idle = performance.eventLoopUtilization();
      const changes = await plan(sites);
      const planning = performance.now() - began;
      const { active } = performance.eventLoopUtilization(idle);
      if (changes < SITES * CONNECTORS * 0.3) throw new Error(`only ${changes} shares changed`);
      // Inline nothing else runs meanwhile, which the event loop does not notice.
      return { planning, mainThread: Math.max(active, name.startsWith('inline') ? planning : 0) };
    },
  };
}

function flat(seed: number): PlanInput {
  return inputOf([{ id: 'g0', parent: null, limit: [AFTER * 10, AFTER * 10, AFTER * 10] }], seed);
}

function grouped(seed: number): PlanInput {
  const rows = Array.from({ length: 10 }, (_, row) => ({
    id: `g${row}`,
    parent: 'root',
    limit: [800, 800, 800] as const,
  }));
  return inputOf([{ id: 'root', parent: null, limit: [AFTER * 10, AFTER * 10, AFTER * 10] }, ...rows], seed);
}

/** A site in which everybody has his share of the limit before. */
function inputOf(groups: PlanInput['groups'], seed: number): PlanInput {
  const phases: readonly Phases[] = [
    [true, true, true],
    [true, true, true],
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ];
  const connectors = Array.from({ length: CONNECTORS }, (_, index): PlannedConnector => {
    const share = (BEFORE / CONNECTORS) * 10;
    return {
      id: `CP-${seed}-${index}/1`,
      group: groups.length === 1 ? 'g0' : `g${index % 10}`,
      phases: phases[(index + seed) % phases.length] ?? [true, true, true],
      ceiling: share,
      steering: {
        share,
        since: NOW - ((index * 7919) % 20) * MINUTE,
        minimum: 60,
        maximum: index % 3 === 0 ? 80 + ((index * 31) % 200) : 320,
        weight: 1 + (index % 4) / 2,
        priority: index % 5,
        idle: index % 17 === 0,
        busy: false,
        unsure: false,
      },
    };
  });
  return { now: NOW, groups, connectors, turns: { turnWithin: 15 * MINUTE, handover: 6000 }, step: 5 };
}
