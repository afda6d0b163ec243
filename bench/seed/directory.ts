import { setTimeout as pause } from 'node:timers/promises';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { VISIBLE_WITHIN_MS } from '../../src/analytics/energy/left-over.ts';
import type { Engine } from '../../src/analytics/engine.ts';
import { openEngine } from '../../src/analytics/engine-start.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Place } from '../../src/store/charge-point-settings.ts';
import { openStore } from '../../src/store/store.ts';
import { seededId, seedPast } from './fleet.ts';

/** At once in one look of the disk. */
const REGISTERED_TOGETHER = 500;

const WORK_LIMIT_MS = 60_000;

export interface SeededFleet {
  readonly chargePoints: number;
  /** Meter samples, about. */
  readonly samples: number;
}

/** Hears what is counted, how many there are, and how many there will be. */
export type Progress = (what: string, done: number, of: number) => void;

/**
 * Fills a data directory that no gateway runs on with a registered fleet and its past, some minutes of work
 * for 100 million samples.
 */
export async function seedDirectory(
  directory: string,
  { chargePoints, samples }: SeededFleet,
  progress: Progress,
): Promise<void> {
  const began = Date.now();
  const store = openStore({ dataDir: directory, role: 'setup' });
  for (let first = 0; first < chargePoints; first += REGISTERED_TOGETHER) {
    const together = Math.min(REGISTERED_TOGETHER, chargePoints - first);
    await Promise.all(Array.from({ length: together }, (_, index) => register(store, first + index, began)));
    progress('charge points', first + together, chargePoints);
  }
  await store.close();

  const home = process.cwd();
  const engine = await openEngine(loadConfig({ flags: { 'data-dir': directory } }));
  process.chdir(home);
  await migrate(engine);
  await seedPast(engine, { chargePoints, samples, until: began }, (done, of) =>
    progress('samples', done, of),
  );
  await settleEnergy(engine, progress);
  await engine.close();
}

/**
 * Works out what a gateway that had been there all the time would have worked out before. What was worked out
 * within a few seconds of its rows the next process would work out again, so those pass first.
 */
async function settleEnergy(engine: Engine, progress: Progress): Promise<void> {
  const energy = new EnergyRollup({
    engine,
    timeLimit: WORK_LIMIT_MS,
    samplesKept: Number.POSITIVE_INFINITY,
  });
  await pause(VISIBLE_WITHIN_MS);
  await energy.keepUp();
  const days = energy.waiting;
  do {
    progress('days of energy', days - energy.waiting, days);
    await energy.keepUp();
  } while (energy.waiting > 0);
}

async function register(store: ReturnType<typeof openStore>, number: number, now: number): Promise<void> {
  const id = seededId(number);
  await store.settings.put({ id, place: placeOf(number) });
  await store.chargePoints.update(
    id,
    {
      registration: 'Accepted',
      boot: {
        vendor: `Vendor${number % 5}`,
        model: `Model${number % 20}`,
        firmwareVersion: `1.${number % 7}`,
      },
      bootedAt: now,
      lastSeenAt: now,
    },
    now,
  );
}

/** Sites of ten bays, strewn evenly over Central Europe. */
function placeOf(number: number): Place {
  const site = Math.floor(number / 10);
  const bay = number % 10;
  // Multiples of irrational numbers fill a square without a pattern.
  const [east, north] = [(site * Math.SQRT2) % 1, (site * Math.E) % 1];
  return {
    bay: `bay ${bay}`,
    coordinates: { latitude: 45 + 10 * north + bay / 10_000, longitude: 5 + 15 * east },
  };
}
