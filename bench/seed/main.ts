import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openEngine } from '../../src/analytics/engine-start.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { openStore } from '../../src/store/store.ts';
import { seededId, seedPast } from './fleet.ts';

const HELP = 'node scripts/seed.mjs --data-dir NEW [--charge-points 50000] [--samples 100000000]';

/** At once in one look of the disk. */
const REGISTERED_TOGETHER = 500;

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    'charge-points': { type: 'string', default: '50000' },
    samples: { type: 'string', default: '100000000' },
  },
});
const chargePoints = Number(values['charge-points']);
const samples = Number(values.samples);
const dataDir = values['data-dir'];

if (dataDir === undefined || !(chargePoints > 0) || !(samples > 0)) {
  console.error(HELP);
  process.exitCode = 2;
} else {
  await seed(resolve(dataDir));
}

/** Fills a data directory that no gateway runs on with a registered fleet and its past, some minutes of work. */
async function seed(directory: string): Promise<void> {
  const began = Date.now();
  const store = openStore({ dataDir: directory, role: 'setup' });
  for (let first = 0; first < chargePoints; first += REGISTERED_TOGETHER) {
    const together = Math.min(REGISTERED_TOGETHER, chargePoints - first);
    await Promise.all(Array.from({ length: together }, (_, index) => register(store, first + index, began)));
    say('charge points', first + together, chargePoints, began);
  }
  await store.close();
  process.stderr.write('\n');

  const config = loadConfig({ flags: { 'data-dir': directory } });
  const home = process.cwd();
  const engine = await openEngine(config);
  await migrate(engine);
  await seedPast(engine, { chargePoints, samples, until: began }, (done, of) =>
    say('samples', done, of, began),
  );
  await engine.close();
  process.chdir(home);
  process.stderr.write('\n');
  console.log(`${directory}: ${chargePoints} charge points, about ${samples} samples`);
}

async function register(store: ReturnType<typeof openStore>, number: number, now: number): Promise<void> {
  const id = seededId(number);
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

function say(what: string, done: number, of: number, began: number): void {
  const seconds = Math.round((Date.now() - began) / 1000);
  process.stderr.write(
    `\r${what}: ${done.toLocaleString('en')} of ${of.toLocaleString('en')}, ${seconds} s   `,
  );
}
