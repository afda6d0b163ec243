/**
 * All that CI runs, in order; the first failure stops. Arguments go to vitest, and the other Nodes are left
 * out: npm test -- test/unit/config Ends with vitest's summary and, when tests ran, a line "N passed, N
 * failed".
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { provideBrowser } from './browser.mjs';
import { root, targets } from './build.mjs';
import { folderInMemory } from './memory-folder.mjs';
import { findNats } from './nats.mjs';
import { testOtherNodes } from './other-nodes.mjs';
import { orExplain, setUp } from './setup.mjs';

const counts = join(root, 'node_modules/.cache/farad-test-counts.json');

await step('set-up', () =>
  orExplain(() => setUp({ development: true, wanted: Object.values(targets) })).then(() => true),
);
await step('browser', provideBrowser);
const nats = findNats();
// Elsewhere the others are worth a run; where it is decided what may go in, all of them are to be run.
if ('missing' in nats && process.env.CI) await step('NATS', sayNatsMissing);
await step('format and lint', () => runs('biome', 'check', '.'));
await step('columns', () => runs(process.execPath, 'scripts/columns.mjs', '--check'));
await step('types', async () => {
  const projects = ['tsconfig.test.json', 'src/console'];
  const passed = await Promise.all(projects.map((project) => runsBeside('tsc', '--noEmit', '-p', project)));
  return passed.every(Boolean);
});
await step('rooms', () => runs('depcruise', '--config', '.dependency-cruiser.cjs', 'src'));
await step('generated code', () => runs(process.execPath, 'scripts/generate.mjs', '--check'));
// Before the others: the last line is to count these.
if (process.argv.length === 2) await step('other Nodes', testOtherNodes);
rmSync(counts, { force: true });
// Of a whole run the other Nodes have used the disk.
const inMemory = folderInMemory();
if (inMemory) {
  console.log(`\ntemporary files of the tests: in memory, in ${inMemory}`);
  process.env.TMPDIR = inMemory;
}
await step('tests', () =>
  runs(
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=./scripts/count-reporter.mjs',
    ...process.argv.slice(2),
  ),
);
sayNatsMissing();

async function step(name, work) {
  console.log(`\n== ${name}`);
  const startedAt = performance.now();
  const passed = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${name}: ${passed ? 'passed' : 'FAILED'} after ${seconds} s`);
  sayCounts();
  if (!passed) process.exit(1);
}

function runs(command, ...args) {
  const file = command === process.execPath ? command : join(root, 'node_modules/.bin', command);
  const { status, error } = spawnSync(file, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FARAD_TEST_COUNTS: counts },
  });
  if (error) console.error(`farad: ${command} cannot run: ${error.message}`);
  return status === 0;
}

/** As `runs`, while others run. */
async function runsBeside(command, ...args) {
  const running = spawn(join(root, 'node_modules/.bin', command), args, { cwd: root, stdio: 'inherit' });
  const [status] = await once(running, 'close');
  return status === 0;
}

/** Answers false where they were not run. */
function sayNatsMissing() {
  if ('missing' in nats) console.log(`NATS tests not run: ${nats.missing}`);
  return 'file' in nats;
}

function sayCounts() {
  if (!existsSync(counts)) return;
  const { passed, failed, notRun } = JSON.parse(readFileSync(counts, 'utf8'));
  for (const why of notRun) console.log(`not run: ${why}`);
  console.log(`${passed} passed, ${failed} failed`);
  rmSync(counts);
}
