import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnergyRollup } from '../src/analytics/energy/energy-rollup.ts';
import type { Engine } from '../src/analytics/engine.ts';
import { openEngine } from '../src/analytics/engine-start.ts';
import { migrate } from '../src/analytics/migrate.ts';
import { QueryService } from '../src/analytics/query-service.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Bench, Contender, Given } from './bench.ts';
import { newestSample, seedPast } from './seed/fleet.ts';
import { type Question, questionsAt } from './seed/questions.ts';

/** What is seeded where no directory is given; the goal is 50,000 charge points and 100 million samples. */
const CHARGE_POINTS = Number(process.env.FARAD_BENCH_CHARGE_POINTS ?? 2000);
const SAMPLES = Number(process.env.FARAD_BENCH_SAMPLES ?? 2_000_000);
const ASKED = 20;
const QUERY_TIMEOUT_MS = 20_000;

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
    const energy = new EnergyRollup({ engine, timeLimit: 60_000, samplesKept: Number.POSITIVE_INFINITY });
    const began = performance.now();
    do {
      await energy.keepUp();
      process.stderr.write(`\r${energy.waiting} days of connectors wait   `);
    } while (energy.waiting > 0);
    process.stderr.write(`\nenergy worked out in ${Math.round(performance.now() - began)} ms\n`);
    const service = new QueryService({
      atATime: 2,
      engine: () => engine,
      queryTimeout: QUERY_TIMEOUT_MS,
      energy: () => energy,
      problem: () => 'closed',
    });
    const questions = questionsAt(await newestSample(engine));
    return {
      contenders: [
        ...questions.map((question) => asked(service, question)),
        ...questions
          .filter(([, query]) => query === 'sessions' || query === 'uptime')
          .map((question) => besideWork(asked(service, question), energy)),
      ],
      close,
    };
  },
};

function asked(service: QueryService, [name, query, parameters]: Question): Contender {
  return {
    name,
    async run() {
      const times: number[] = [];
      let rows = 0;
      for (let time = 0; time < ASKED; time++) {
        const began = performance.now();
        const answer = await service.answer({ name: query, parameters }, QUERY_TIMEOUT_MS);
        if (!answer.ok) throw new Error(`${name}: ${answer.message}`);
        times.push(performance.now() - began);
        rows = answer.rows.length;
      }
      times.sort((a, b) => a - b);
      return { p50: times[ASKED / 2] as number, p95: times[Math.ceil(ASKED * 0.95) - 1] as number, rows };
    },
  };
}

/**
 * The same while the energy of the fleet is worked out all the time; in a gateway that is so for a tenth of
 * it.
 */
function besideWork({ name, run }: Contender, energy: EnergyRollup): Contender {
  return {
    name: `${name}, while energy is worked out`,
    async run() {
      let done = false;
      const work = (async () => {
        while (!done) await energy.keepUp();
      })();
      try {
        return await run();
      } finally {
        done = true;
        await work;
      }
    },
  };
}

/**
 * An engine with tables and rows: those of the given directory, or of one that is filled now and removed at
 * the end.
 */
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
