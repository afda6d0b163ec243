import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, isBuilt, root, shipped, targets } from './build.mjs';
import { withLock } from './lock.mjs';

/**
 * Brings a checkout to where it can run: dependencies installed as package-lock.json says, the targets built
 * from the sources that are there. Does nothing, quickly, when all is current; else says what it does. Needs
 * no dependency. `development` demands the development dependencies even when there is nothing to build.
 */
export async function setUp({ development = false, wanted = shipped } = {}) {
  if (isCurrent(development, wanted)) return;
  await withLock(join(root, '.setup.lock'), () => {
    const stale = wanted.filter((target) => !isBuilt(target));
    if (!isInstalled(development || stale.length > 0)) install();
    for (const target of stale) {
      console.log(`farad: building ${target.out}/`);
      build(target);
    }
  });
}

function isCurrent(development, wanted) {
  return wanted.every(isBuilt) && isInstalled(development);
}

/**
 * Compares what npm recorded about node_modules with package-lock.json; packages for other platforms may be
 * absent.
 */
function isInstalled(withDevelopment) {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(([place, wanted]) => {
    if (place === '' || (wanted.dev && !withDevelopment)) return true;
    const found = installed[place];
    return found
      ? found.version === wanted.version
      : Boolean(wanted.optional || wanted.devOptional || wanted.peer);
  });
}

function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function install() {
  console.log('farad: installing dependencies (npm ci); the first time this takes a minute');
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, 'ci', '--include=dev', '--include=optional'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ci failed${error ? `: ${error.message}` : ''}; see above`);
}

/** Runs `work` and ends the process with one line when it throws. */
export async function orExplain(work) {
  try {
    return await work();
  } catch (error) {
    console.error(`farad: ${error.message}`);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await orExplain(() => setUp({ development: true, wanted: Object.values(targets) }));
}
