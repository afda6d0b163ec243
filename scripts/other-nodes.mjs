/**
 * Runs what is most likely to break on another Node on each that Farad supports beside the present one: the
 * engines of the OCPP port, the databases, a whole gateway. Their binaries come from the npm package `node`
 * and stay in node_modules/.cache.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './build.mjs';

/**
 * The releases that the tests run on, one of each supported line beside the one of `engines` in package.json.
 */
export const OTHER_NODES = ['22.23.3', '24.21.0'];

const SMOKE = [
  'test/unit/journal',
  'test/unit/link',
  'test/unit/store/store.test.ts',
  'test/integration/transport-engines.test.ts',
  'test/integration/edge-session.test.ts',
  'test/gateway/charging-session.test.ts',
];

/**
 * On the newest alone, which the image has: several processes on one port, and TLS sessions of each other.
 */
const ON_NEWEST = ['test/gateway/several-edges.test.ts'];

/** True when all passed. A Node that cannot be had is told and passed over, unless CI is set. */
export function testOtherNodes() {
  return OTHER_NODES.filter((version) => version.split('.')[0] !== process.versions.node.split('.')[0]).every(
    testOn,
  );
}

function testOn(version) {
  console.log(`\n-- Node ${version}`);
  const { node, reason } = provideNode(version);
  if (!node) {
    console.error(`Node ${version}: not run: ${reason}`);
    return !process.env.CI;
  }
  const files = version === OTHER_NODES.at(-1) ? [...SMOKE, ...ON_NEWEST] : SMOKE;
  const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...files], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/**
 * The binary of a release of Node, installed where it is not there yet; or why it cannot be had, in one line.
 */
export function provideNode(version) {
  const folder = join(root, 'node_modules/.cache/farad-node', version);
  const node = join(folder, 'node_modules/node/bin/node');
  if (runs(node, version)) return { node };
  console.log(`farad: fetching Node ${version} (npm install node@${version})`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { node: version }, allowScripts: { node: true } }),
  );
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, stderr, error } = spawnSync(command, [...first, 'install', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (runs(node, version)) return { node };
  const said = (error?.message ?? stderr ?? '').trim().split('\n')[0];
  return { reason: `npm install node@${version} ended with ${status}${said ? `: ${said}` : ''}` };
}

function runs(node, version) {
  if (!existsSync(node)) return false;
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = testOtherNodes() ? 0 : 1;
}
