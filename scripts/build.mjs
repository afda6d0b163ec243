import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What can be built: dist/ is what runs and ships, dist/console the operator's web page in it, bundled;
 * build/ holds bench and load, with the sources they import.
 */
export const targets = {
  dist: { project: 'tsconfig.json', out: 'dist', sources: ['src'], base: 'src' },
  console: {
    project: 'src/console/tsconfig.json',
    out: 'dist/console',
    sources: ['src/console'],
    config: 'src/console/vite.config.ts',
  },
  build: { project: 'tsconfig.build.json', out: 'build', sources: ['src', 'bench', 'load'], base: '.' },
};

/** What runs and ships. */
export const shipped = [targets.dist, targets.console];

/** True when `target` was built from exactly the files that are there now. */
export function isBuilt(target) {
  // A checkout may be without the console.
  if (target.config && !existsSync(join(root, target.config))) return true;
  const stamp = join(root, target.out, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(target);
}

/**
 * Compiles, copies what is not TypeScript, and removes what no source stands behind any more. Throws when it
 * fails.
 */
export function build(target) {
  const out = join(root, target.out);
  const print = fingerprint(target);
  rmSync(join(out, STAMP), { force: true });
  if (target.config) {
    bundle(target);
    writeFileSync(join(out, STAMP), print);
    return;
  }
  compile(target);
  if (missingOutput(target)) {
    // A file was deleted from the output: forget what the compiler believes to be there.
    rmSync(join(out, BUILD_INFO), { force: true });
    compile(target);
  }
  copyAssets(target);
  removeStale(target);
  const main = join(out, 'main.js');
  if (existsSync(main)) chmodSync(main, 0o755);
  writeFileSync(join(out, STAMP), print);
}

const STAMP = '.built-from';
const BUILD_INFO = '.tsbuildinfo';

function compile({ project, out }) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', project, '--incremental', '--tsBuildInfoFile', join(out, BUILD_INFO)];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`the build of ${out}/ failed`);
}

/** Bundles a page, and leaves each file compressed beside it, so that nobody compresses while serving. */
function bundle({ config, out }) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--config', config, '--logLevel', 'warn'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`the build of ${out}/ failed`);
  for (const file of filesUnder(join(root, out))) {
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(content));
  }
}

function copyAssets(target) {
  for (const file of sourceFiles(target)) {
    if (isTypeScript(file) || outputsOf(file, target).length === 0) continue;
    const [copy] = outputsOf(file, target);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
}

function missingOutput(target) {
  return sourceFiles(target).some(
    (file) => isTypeScript(file) && !existsSync(outputsOf(file, target)[0] ?? file),
  );
}

function removeStale(target) {
  const out = join(root, target.out);
  const expected = new Set(sourceFiles(target).flatMap((file) => outputsOf(file, target)));
  expected.add(join(out, BUILD_INFO));
  const bundled = join(root, targets.console.out, '/');
  for (const file of filesUnder(out)) if (!expected.has(file) && !file.startsWith(bundled)) rmSync(file);
}

/** Where a source file ends up, the main output first. */
function outputsOf(file, { out, base }) {
  const place = join(root, out, relative(join(root, base), file));
  if (!isTypeScript(file)) return [place];
  const stem = place.slice(0, -'.ts'.length);
  return [`${stem}.js`, `${stem}.js.map`];
}

function isTypeScript(file) {
  return file.endsWith('.ts') && !file.endsWith('.d.ts');
}

function fingerprint(target) {
  const hash = createHash('sha256');
  for (const file of [...sourceFiles(target), join(root, 'tsconfig.json'), join(root, target.project)]) {
    if (!existsSync(file)) continue;
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function sourceFiles({ sources, config }) {
  const files = sources.flatMap((folder) => filesUnder(join(root, folder))).sort();
  const page = join(root, 'src/console', '/');
  return config ? files : files.filter((file) => !file.startsWith(page));
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
