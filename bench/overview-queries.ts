import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChdb } from '../src/analytics/chdb-engine.ts';
import { FleetEnergy } from '../src/analytics/fleet-energy.ts';
import { migrate } from '../src/analytics/migrate.ts';
import { QueryService } from '../src/analytics/query-service.ts';
import type { Bench } from './bench.ts';
import { seededId, seedPast } from './seed/fleet.ts';

/** Scales with FARAD_BENCH_CHARGE_POINTS and FARAD_BENCH_SAMPLES; the goal is 50000 and 100000000. */
const CHARGE_POINTS = Number(process.env.FARAD_BENCH_CHARGE_POINTS ?? 2000);
const SAMPLES = Number(process.env.FARAD_BENCH_SAMPLES ?? 2_000_000);
const ASKED = 20;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const now = Date.now();
const lastDay = { from: Math.floor(now / HOUR) * HOUR - 23 * HOUR, to: Math.floor(now / HOUR) * HOUR + HOUR };

const questions: readonly (readonly [name: string, query: string, parameters: Record<string, unknown>])[] = [
  ['energy of the fleet, 24 hours', 'energy', { ...lastDay, by: 'total', interval: 'hour' }],
  [
    'energy of the fleet, 30 days',
    'energy',
    { ...lastDay, from: lastDay.to - 30 * DAY, by: 'total', interval: 'day' },
  ],
  ['sessions, 24 hours', 'sessions', { ...lastDay, interval: 'hour' }],
  ['utilisation, 24 hours', 'utilisation', lastDay],
  ['uptime by group, 24 hours', 'uptime', { ...lastDay, by: 'group' }],
  ['faults, 24 hours', 'faults', lastDay],
  ['errors by model, 24 hours', 'errors', lastDay],
  ['failed authorizations, 24 hours', 'failed-authorizations', lastDay],
  ['time to answer Authorize, 24 hours', 'answer-times', lastDay],
  ['messages with a text, last hour', 'messages', { from: now - HOUR, text: 'TAG-777' }],
  ['idle time, 24 hours', 'idle', lastDay],
  ['energy of a charge point, 24 hours', 'energy', { ...lastDay, chargePointId: seededId(7) }],
  ['power curve, 24 hours', 'power', { ...lastDay, chargePointId: seededId(7) }],
];

/** How long an operator waits for the figures of an overview (target: p95 below 300 ms). */
export const overviewQueriesBench: Bench = {
  name: 'overview-queries',
  question: `How long does each overview query take over ${CHARGE_POINTS} charge points and ${SAMPLES} samples in chDB?`,
  figures: [
    { key: 'p50', unit: 'ms', better: 'lower' },
    { key: 'p95', unit: 'ms', better: 'lower' },
    { key: 'rows', unit: 'rows', better: 'higher' },
  ],
  async prepare() {
    const directory = mkdtempSync(join(tmpdir(), 'farad-bench-'));
    const home = process.cwd();
    const engine = await openChdb({
      path: join(directory, 'clickhouse'),
      workDirectory: join(directory, 'cwd'),
      backups: join(directory, 'backups'),
      database: 'farad',
      memory: 1_500_000_000,
      queryTimeout: 20_000,
    });
    process.chdir(home);
    await migrate(engine);
    await seedPast(engine, { chargePoints: CHARGE_POINTS, samples: SAMPLES, until: now }, (done, of) => {
      process.stderr.write(`\rseeding ${done} of ${of}`);
    });
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
      queryTimeout: 20_000,
      settled: () => energy,
      problem: () => 'closed',
    });
    return {
      contenders: questions.map(([name, query, parameters]) => ({
        name,
        async run() {
          const times: number[] = [];
          let rows = 0;
          for (let time = 0; time < ASKED; time++) {
            const asked = performance.now();
            const answer = await service.answer({ name: query, parameters }, 20_000);
            if (!answer.ok) throw new Error(`${name}: ${answer.message}`);
            times.push(performance.now() - asked);
            rows = answer.rows.length;
          }
          times.sort((a, b) => a - b);
          return { p50: times[ASKED / 2] as number, p95: times[Math.ceil(ASKED * 0.95) - 1] as number, rows };
        },
      })),
      async close() {
        await engine.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};
