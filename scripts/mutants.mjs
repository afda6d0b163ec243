/**
 * Breaks obligations on purpose, one at a time, and expects the tests to notice: npm run mutants -- E8 boot
 * (arguments pick mutations by obligation or by a part of their name). Works on a copy of the tree; the tests
 * run from the sources there, only frame workers come from the present build. Mutations are kept in
 * test/mutants/mutations.json.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, targets } from './build.mjs';
import { orExplain, setUp } from './setup.mjs';

/** Per test file. A mutation that makes the whole run hang has not been caught by it. */
const TIMEOUT_MS = 180_000;

const COPIED = ['src', 'test', 'load', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const LINKED = ['node_modules', 'dist'];

/**
 * @typedef {{name: string, breaks: string, file: string, replace: string, with: string, tests: string[]}}
 *   Mutation
 */

await orExplain(() => setUp({ development: true, wanted: [targets.dist] }));
const mutations = picked(process.argv.slice(2));
const copy = realpathSync(mkdtempSync(join(tmpdir(), 'farad-mutants-')));
let running;
process.on('exit', () => {
  end(running);
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true });
for (const name of LINKED) symlinkSync(join(root, name), join(copy, name));

console.log(`${mutations.length} mutations; first the tests that they concern, as they are`);
await expectGreen(mutations);

const results = [];
for (const mutation of mutations) {
  const startedAt = performance.now();
  const verdict = await tryMutation(mutation);
  const seconds = (performance.now() - startedAt) / 1000;
  results.push({ ...mutation, ...verdict, seconds });
  const place = `${results.length}/${mutations.length}`.padStart(5);
  console.log(`${place}  ${verdict.outcome.padEnd(9)} ${mutation.breaks}: ${mutation.name}`);
  for (const line of verdict.why ?? []) console.log(`       ${line}`);
}
report(results);
process.exit(results.every(({ outcome }) => outcome === 'caught') ? 0 : 1);

/** @returns {Mutation[]} */
function picked(words) {
  const kept = JSON.parse(readFileSync(join(root, 'test/mutants/mutations.json'), 'utf8'));
  if (words.length === 0) return kept;
  const found = kept.filter(({ name, breaks }) =>
    words.some((word) => breaks === word || name.toLowerCase().includes(word.toLowerCase())),
  );
  if (found.length > 0) return found;
  console.error(`farad: no mutation is about ${words.join(' or ')}`);
  process.exit(1);
}

/** Red tests would make every mutation look caught. */
async function expectGreen(all) {
  const files = [...new Set(all.flatMap(({ tests }) => tests))];
  const { failed, output } = await runTests(files, [...new Set(all.map(({ breaks }) => breaks))]);
  if (failed !== undefined && failed.length === 0) return;
  console.error(output);
  console.error('farad: these tests are red without any mutation, so they can tell nothing');
  process.exit(1);
}

/** @param {Mutation} mutation */
async function tryMutation({ file, replace, with: replacement, tests, breaks }) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const pieces = original.split(replace);
  if (pieces.length !== 2) {
    return { outcome: 'GONE', why: [`its text occurs ${pieces.length - 1} times in ${file}: adapt it`] };
  }
  writeFileSync(path, pieces.join(replacement));
  try {
    const silent = [];
    for (const test of tests) {
      const { failed, output } = await runTests([test], [breaks], ['--bail=1']);
      if (failed === undefined) return { outcome: 'UNCLEAR', why: output.trim().split('\n').slice(-15) };
      if (failed.length === 0) silent.push(`nothing about ${breaks} fails in ${test}`);
    }
    return silent.length === 0 ? { outcome: 'caught' } : { outcome: 'SURVIVED', why: silent };
  } finally {
    writeFileSync(path, original);
  }
}

/**
 * Runs the tests of `files` whose names carry one of `rules`. `failed` is undefined where it cannot be told:
 * a file did not load, or it took too long.
 */
async function runTests(files, rules, more = []) {
  const results = join(copy, 'results.json');
  rmSync(results, { force: true });
  const pattern = `\\b(${rules.join('|')})\\b`;
  // What a mutation leaves hanging must not cost a minute per test.
  const reporters = [
    '--reporter=json',
    `--outputFile=${results}`,
    '--testTimeout=30000',
    '--hookTimeout=20000',
    ...more,
  ];
  const args = [join(copy, 'node_modules/vitest/vitest.mjs'), 'run', ...files, '-t', pattern, ...reporters];
  const output = await new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: copy, detached: true });
    running = child;
    const timer = setTimeout(end, TIMEOUT_MS * files.length, child);
    const pieces = [];
    child.stdout.on('data', (piece) => pieces.push(piece));
    child.stderr.on('data', (piece) => pieces.push(piece));
    child.on('close', () => {
      clearTimeout(timer);
      running = undefined;
      resolve(Buffer.concat(pieces).toString());
    });
  });
  let report;
  try {
    report = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    return { output: `${output}\nno result within ${(TIMEOUT_MS * files.length) / 1000} s` };
  }
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  if (unloaded.length > 0)
    return { output: unloaded.map(({ name, message }) => `${name}: ${message}`).join('\n') };
  const failed = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => ({ file: name.slice(copy.length + 1), test: fullName })),
  );
  return { failed, output: failed.map(({ file, test }) => `${file}: ${test}`).join('\n') };
}

/** With all the processes that the tests started. */
function end(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function report(all) {
  console.log('\n| breaks | mutation | outcome | s |');
  console.log('| --- | --- | --- | ---: |');
  for (const { breaks, name, outcome, seconds } of all) {
    console.log(`| ${breaks} | ${name} | ${outcome} | ${seconds.toFixed(1)} |`);
  }
  const caught = all.filter(({ outcome }) => outcome === 'caught').length;
  console.log(`\n${caught} of ${all.length} mutations caught`);
}
