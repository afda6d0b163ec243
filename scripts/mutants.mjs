/**
 * Breaks obligations on purpose, one at a time, and expects the tests to notice: npm run mutants -- E8 boot
 * (arguments pick mutations by obligation or by a part of their name). Works on a copy of the tree; the tests run from the sources
 * there, only frame workers come from the present build. Mutations are kept in test/mutants/mutations.json.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, targets } from './build.mjs';
import { orExplain, setUp } from './setup.mjs';

/** A mutant that makes the tests hang has not been caught by them. */
const TIMEOUT_MS = 180_000;

const COPIED = ['src', 'test', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const LINKED = ['node_modules', 'dist'];

/** @typedef {{name: string, breaks: string, file: string, replace: string, with: string, tests: string[]}} Mutation */

await orExplain(() => setUp({ development: true, wanted: [targets.dist] }));
const mutations = picked(process.argv.slice(2));
const copy = realpathSync(mkdtempSync(join(tmpdir(), 'farad-mutants-')));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
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
  const { failed, output } = await runTests(tests, [breaks]);
  writeFileSync(path, original);
  if (failed === undefined) return { outcome: 'UNCLEAR', why: output.trim().split('\n').slice(-15) };
  const silent = tests.filter((test) => !failed.some(({ file: red }) => red === test));
  if (silent.length === 0) return { outcome: 'caught', red: failed.length };
  return { outcome: 'SURVIVED', why: silent.map((test) => `nothing about ${breaks} fails in ${test}`) };
}

/**
 * Runs the tests of `files` whose names carry one of `rules`. `failed` is undefined where it cannot be told: a file did not load, or it took
 * too long.
 */
async function runTests(files, rules) {
  const results = join(copy, 'results.json');
  rmSync(results, { force: true });
  const pattern = `\\b(${rules.join('|')})\\b`;
  const reporters = ['--reporter=json', `--outputFile=${results}`];
  const args = [join(copy, 'node_modules/vitest/vitest.mjs'), 'run', ...files, '-t', pattern, ...reporters];
  const output = await new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: copy, timeout: TIMEOUT_MS });
    const pieces = [];
    child.stdout.on('data', (piece) => pieces.push(piece));
    child.stderr.on('data', (piece) => pieces.push(piece));
    child.on('close', () => resolve(Buffer.concat(pieces).toString()));
  });
  let report;
  try {
    report = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    return { output: `${output}\nno result within ${TIMEOUT_MS / 1000} s` };
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

function report(all) {
  console.log('\n| breaks | mutation | outcome | tests red | s |');
  console.log('| --- | --- | --- | ---: | ---: |');
  for (const { breaks, name, outcome, red, seconds } of all) {
    console.log(`| ${breaks} | ${name} | ${outcome} | ${red ?? ''} | ${seconds.toFixed(1)} |`);
  }
  const caught = all.filter(({ outcome }) => outcome === 'caught').length;
  console.log(`\n${caught} of ${all.length} mutations caught`);
}
