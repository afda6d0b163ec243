/**
 * Wraps comments and documentation at 110 columns, as the formatter does with code: a paragraph in which a
 * line is longer is filled anew, all others stay as they are. With --check it only says which lines are too
 * long, and fails.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { root } from './build.mjs';
import { wrapComments, wrapMarkdown } from './columns/wrap.mjs';

/** Pages that other scripts write, and lists that tests read line by line. */
const LEFT_ALONE =
  /^docs\/(settings|api-errors|decisions\/README|obligations\/.*)\.md$|^test\/fixtures\/|\/generated\//;

const WRAPPERS = { '.md': wrapMarkdown, '.ts': wrapComments, '.tsx': wrapComments, '.mjs': wrapComments };

const check = process.argv.includes('--check');
const wanted = process.argv.slice(2).filter((word) => word !== '--check');
const stale = [];
for (const file of committedFiles()) {
  const wrap = WRAPPERS[extname(file)];
  if (wrap === undefined || LEFT_ALONE.test(file)) continue;
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const wrapped = wrap(text);
  if (wrapped === text) continue;
  if (check) stale.push(`${file}:${firstDifference(text, wrapped)}`);
  else writeFileSync(path, wrapped);
}
if (stale.length > 0) {
  console.error(
    `lines beyond 110 columns, run npm run format:\n${stale.map((line) => `  ${line}`).join('\n')}`,
  );
  process.exitCode = 1;
}

/** Those that are new and not ignored, too. */
function committedFiles() {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...wanted];
  return execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
    .split('\0')
    .filter((file) => file !== '');
}

function firstDifference(before, after) {
  const lines = after.split('\n');
  return before.split('\n').findIndex((line, index) => line !== lines[index]) + 1;
}
