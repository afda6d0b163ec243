/**
 * Proves that today's WebSocket engine loads as it is on Debian 13, on each supported Node, and takes what an
 * older one refuses: makes a root with debootstrap, puts this checkout there and runs the tests of the
 * engines and a whole gateway in it. Needs root, apt and some minutes; the root stays in node_modules/.cache
 * for the next time.
 *
 *   node scripts/debian-13.mjs the tests node scripts/debian-13.mjs VERSION COMMAND… a command in the
 *   checkout there, with that Node: 24.21.0 node --version
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, targets } from './build.mjs';
import { DEBIAN_ROOT, debianRoot, run } from './debian-root.mjs';
import { OTHER_NODES, provideNode } from './other-nodes.mjs';
import { orExplain, setUp } from './setup.mjs';

const TESTS = ['test/integration/transport-engines.test.ts', 'test/gateway/charging-session.test.ts'];

const debian = DEBIAN_ROOT;
const checkout = join(debian, 'opt/farad');

await orExplain(async () => {
  await setUp({ development: true, wanted: Object.values(targets) });
  debianRoot();
  copyCheckout();
  const [version, ...command] = process.argv.slice(2);
  run('mount', '-t', 'proc', 'proc', join(debian, 'proc'));
  try {
    const ok = version ? inside(version, command) : nodes().every(testOn);
    process.exitCode = ok ? 0 : 1;
  } finally {
    run('umount', join(debian, 'proc'));
  }
});

/** As hard links, made anew each time: both lie on one file system. */
function copyCheckout() {
  rmSync(checkout, { recursive: true, force: true });
  mkdirSync(join(checkout, 'node_modules'), { recursive: true });
  const cached = ['node_modules', '.git', 'data'];
  for (const name of readdirSync(root)) {
    if (!cached.includes(name)) run('cp', '-al', join(root, name), checkout);
  }
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '.cache') run('cp', '-al', join(root, 'node_modules', name), join(checkout, 'node_modules'));
  }
}

/** The present Node and the others, each by its version. */
function nodes() {
  return [process.versions.node, ...OTHER_NODES];
}

function testOn(version) {
  console.log(`\n-- Debian 13, Node ${version}`);
  const engine = [
    "const { findUws } = await import('/opt/farad/dist/edge/transport/uws-builds.js');",
    "const { info, missing } = findUws('uws');",
    'console.log(JSON.stringify(info ?? missing));',
    'process.exit(info && !info.adapted && !info.faults ? 0 : 1);',
  ].join('\n');
  return (
    inside(version, ['node', '--input-type=module', '-e', engine]) &&
    inside(version, ['node', 'node_modules/vitest/vitest.mjs', 'run', ...TESTS])
  );
}

/** Runs a command in the checkout inside the root; `node` in it is the given version. */
function inside(version, command) {
  const folder = `opt/node-${version}`;
  mkdirSync(join(debian, folder), { recursive: true });
  copyFileSync(binaryOf(version), join(debian, folder, 'node'));
  const script = `PATH=/${folder}:/usr/bin:/bin HOME=/root; export PATH HOME; cd /opt/farad && exec "$@"`;
  const { status } = spawnSync('chroot', [debian, '/bin/sh', '-c', script, 'sh', ...command], {
    stdio: 'inherit',
    // Paths in the variables of this system mean nothing there.
    env: { PATH: process.env.PATH, ...(process.env.CI && { CI: process.env.CI }) },
  });
  return status === 0;
}

function binaryOf(version) {
  if (version === process.versions.node) return process.execPath;
  const { node, reason } = provideNode(version);
  if (!node) throw new Error(reason);
  return node;
}
