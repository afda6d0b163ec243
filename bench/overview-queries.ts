import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../src/analytics/engine.ts';
import { openEngine } from '../src/analytics/engine-start.ts';
import { FleetEnergy } from '../src/analytics/fleet-energy.ts';
import { migrate } from '../src/analytics/migrate.ts';
import { QueryService } from '../src/analytics/query-service.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Bench, Given } from './bench.ts';
import { newestSample, seededId, seedPast } from './seed/fleet.ts';

/** What is seeded where no directory is given; the goal is 50,000 charge points and 100 million samples. */
const CHARGE_POINTS = Number(process.env.FARAD_BENCH_CHARGE_POINTS ?? 2000);
const SAMPLES = Number(process.env.FARAD_BENCH_SAMPLES ?? 2_000_000);
const ASKED = 20;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const QUERY_TIMEOUT_MS = 20_000;

type Question = readonly [name: string, query: string, parameters: Record<string, unknown>];

/** What the overview asks; `now` is when the newest sample came, epoch ms. */
export function questionsAt(now: number): readonly Question[] {
  const to = Math.floor(now / HOUR) * HOUR + HOUR;
  const lastDay = { from: to - DAY, to };
  const lastMonth = { from: to - 30 * DAY, to };
  const one = { ...lastDay, chargePointId: seededId(7) };
  return [
    ['energy of the fleet, 24 hours', 'energy', { ...lastDay, by: 'total', interval: 'hour' }],
    ['energy of the fleet, 30 days', 'energy', { ...lastMonth, by: 'total', interval: 'day' }],
    ['sessions, 24 hours', 'sessions', { ...lastDay, interval: 'hour' }],
    ['utilisation, 24 hours', 'utilisation', lastDay],
    ['utilisation by date, 30 days', 'utilisation', { ...lastMonth, by: 'date' }],
    ['uptime by group, 24 hours', 'uptime', { ...lastDay, by: 'group' }],
    ['uptime of the worst charge points, 24 hours', 'uptime', lastDay],
    ['faults, 24 hours', 'faults', lastDay],
    ['errors by model, 24 hours', 'errors', lastDay],
    ['failed authorizations, 24 hours', 'failed-authorizations', lastDay],
    ['time to answer Authorize, 24 hours', 'answer-times', lastDay],
    ['messages with a text, last hour', 'messages', { from: now - HOUR, text: 'TAG-777' }],
    ['idle time, 24 hours', 'idle', lastDay],
    ['connections, 24 hours', 'connections', lastDay],
    ['energy of a charge point, 24 hours', 'energy', one],
    ['power curve, 24 hours', 'power', one],
  ];
}

/** How long an operator waits for the figures of an overview (target: p95 below 300 ms). */
export const overviewQueriesBench: Bench = {
  name: 'overview-queries',
  question: 'How long does each overview query take in chDB over a fleet with a past?',
  figures: [
    { key: 'p50', unit: 'ms', better: 'lower' },
    { key: 'p95', unit: 'ms', better: 'lower' },
    { key: 'rows', unit: 'rows', better: 'higher' },
  ],
  async prepare(given) {
    const { engine, close } = await seededEngine(given);
    const energy = new FleetEnergy({ engine, timeLimit: 60_000 });
    const began = performance.now();
    await energy.settleRecent();
    const recent = performance.now() - began;
    while (await energy.settleSome()) process.stderr.write('.');
    process.stderr.write(
      `\nenergy of the fleet worked out in ${Math.round(performance.now() - began)} ms, the last hours in ${Math.round(recent)} ms\n`,
    );
    const service = new QueryService({
      engine: () => engine,
      queryTimeout: QUERY_TIMEOUT_MS,
      settled: () => energy,
      problem: () => 'closed',
    });
    return {
      contenders: questionsAt(await newestSample(engine)).map(([name, query, parameters]) => ({
        name,
        async run() {
          const times: number[] = [];
          let rows = 0;
          for (let time = 0; time < ASKED; time++) {
            const asked = performance.now();
            const answer = await service.answer({ name: query, parameters }, QUERY_TIMEOUT_MS);
            if (!answer.ok) throw new Error(`${name}: ${answer.message}`);
            times.push(performance.now() - asked);
            rows = answer.rows.length;
          }
          times.sort((a, b) => a - b);
          return { p50: times[ASKED / 2] as number, p95: times[Math.ceil(ASKED * 0.95) - 1] as number, rows };
        },
      })),
      close,
    };
  },
};

/** An engine with tables and rows: those of the given directory, or of one that is filled now and removed at the end. */
async function seededEngine({ dataDir }: Given): Promise<{ engine: Engine; close(): Promise<void> }> {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'farad-bench-'));
  const home = process.cwd();
  const engine = await openEngine(loadConfig({ flags: { 'data-dir': directory } }));
  process.chdir(home);
  await migrate(engine);
  if (dataDir === undefined) {
    const past = { chargePoints: CHARGE_POINTS, samples: SAMPLES, until: Date.now() };
    await seedPast(engine, past, (done, of) => process.stderr.write(`\rseeding ${done} of ${of}`));
  }
  return {
    engine,
    async close() {
      await engine.close();
      if (dataDir === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}
