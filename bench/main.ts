import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { benches } from './benches.ts';
import { readCommandLine } from './command-line.ts';
import { runBench } from './runner.ts';
import { renderTable } from './table.ts';

const HELP = `npm run bench -- NAME [NAME ...] [--rounds 5] [--json FILE] [--data-dir SEEDED]
npm run bench -- --list`;

const { values, positionals } = readCommandLine('bench', HELP, () =>
  parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      list: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      json: { type: 'string' },
      'data-dir': { type: 'string' },
    },
  }),
);

/** `frames` stands for `frames-heartbeat`, `frames-authorize` and so on. */
const isMeant = (name: string, bench: Bench): boolean =>
  bench.name === name || bench.name.startsWith(`${name}-`);
const unknown = positionals.filter((name) => !benches.some((bench) => isMeant(name, bench)));
const rounds = Number(values.rounds);
if (values.list) {
  for (const bench of benches) console.log(`${bench.name.padEnd(24)} ${bench.question}`);
} else if (positionals.length === 0 || unknown.length > 0 || !(Number.isInteger(rounds) && rounds > 0)) {
  console.error(unknown.length > 0 ? `no bench named ${unknown.join(', ')}; see --list` : HELP);
  process.exitCode = 2;
} else {
  const given = values['data-dir'] === undefined ? {} : { dataDir: resolve(values['data-dir']) };
  const results = [];
  for (const bench of benches.filter((one) => positionals.some((name) => isMeant(name, one)))) {
    const result = await runBench(
      bench,
      rounds,
      (round, contender) => {
        process.stderr.write(
          `${bench.name}: ${round === 0 ? 'warm-up' : `round ${round}/${rounds}`}, ${contender}\n`,
        );
      },
      given,
    );
    results.push(result);
    console.log(`\n${renderTable(result)}\n`);
  }
  if (values.json !== undefined) {
    mkdirSync(dirname(values.json), { recursive: true });
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
}
