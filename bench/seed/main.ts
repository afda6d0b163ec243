import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCommandLine } from '../command-line.ts';
import { seedDirectory } from './directory.ts';

const HELP = 'node scripts/seed.mjs --data-dir NEW [--charge-points 50000] [--samples 100000000]';

const { values } = readCommandLine('seed', HELP, () =>
  parseArgs({
    options: {
      help: { type: 'boolean' },
      'data-dir': { type: 'string' },
      'charge-points': { type: 'string', default: '50000' },
      samples: { type: 'string', default: '100000000' },
    },
  }),
);
const chargePoints = Number(values['charge-points']);
const samples = Number(values.samples);
const dataDir = values['data-dir'];

if (dataDir === undefined || !(chargePoints > 0) || !(samples > 0)) {
  console.error(HELP);
  process.exitCode = 2;
} else {
  const began = Date.now();
  const directory = resolve(dataDir);
  await seedDirectory(directory, { chargePoints, samples }, (what, done, of) => {
    const seconds = Math.round((Date.now() - began) / 1000);
    const end = done === of ? '\n' : '';
    process.stderr.write(
      `\r${what}: ${done.toLocaleString('en')} of ${of.toLocaleString('en')}, ${seconds} s   ${end}`,
    );
  });
  console.log(`${directory}: ${chargePoints} charge points, about ${samples} samples`);
}
