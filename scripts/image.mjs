/**
 * Builds the image of the Dockerfile and runs it as a careful platform would (a user without rights, a root
 * that is read-only, process 1), where no registry for images can be reached: with buildah, on bases made by
 * debootstrap. Needs root, apt and some minutes.
 *
 *   node scripts/image.mjs            without chDB
 *   node scripts/image.mjs --chdb     with it
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './build.mjs';
import { debianRoot, run } from './debian-root.mjs';
import { OTHER_NODES, provideNode } from './other-nodes.mjs';
import { orExplain } from './setup.mjs';

const BASE = 'localhost/farad-base';
const NODE = 'localhost/farad-node';
const IMAGE = 'localhost/farad';
/** Megabytes that the image may have without chDB. */
const MOST_MEGABYTES = 300;
const PORTS = { ocpp: 19_220, api: 19_221 };
/** What a slim base does without. */
const NOT_SLIM = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/info',
  'var/cache',
  'var/lib/apt/lists',
];

process.env.BUILDAH_ISOLATION ??= 'chroot';
const withChdb = process.argv.includes('--chdb');

await orExplain(async () => {
  if (process.getuid?.() !== 0) throw new Error('buildah needs root here');
  if (spawnSync('buildah', ['--version']).status !== 0)
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'buildah');
  makeBases();
  const certificates = existsSync('/etc/ssl/certs') ? ['-v', '/etc/ssl/certs:/etc/ssl/certs:ro'] : [];
  const bases = ['--build-arg', `NODE_IMAGE=${NODE}`, '--build-arg', `BASE_IMAGE=${BASE}`];
  const chdb = ['--build-arg', `CHDB=${withChdb ? 'yes' : 'no'}`];
  run('buildah', 'build', '-q', '--format', 'docker', ...certificates, ...bases, ...chdb, '-t', IMAGE, root);
  const container = said('buildah', 'from', IMAGE);
  try {
    const mounted = said('buildah', 'mount', container);
    const megabytes = Number(said('du', '-sm', mounted).split('\t')[0]);
    console.log(`farad: the image has ${megabytes} MB`);
    if (!withChdb && megabytes > MOST_MEGABYTES) throw new Error(`more than ${MOST_MEGABYTES} MB`);
    await tryOut(mounted);
  } finally {
    run('buildah', 'rm', container);
  }
});

/**
 * Debian 13 without anything, and the same with Node and npm: stand-ins for debian:trixie-slim and
 * node:24-trixie-slim.
 */
function makeBases() {
  const container = said('buildah', 'from', 'scratch');
  const mounted = said('buildah', 'mount', container);
  run('cp', '-a', `${debianRoot()}/.`, mounted);
  for (const place of [...NOT_SLIM, 'opt']) rmSync(join(mounted, place), { recursive: true, force: true });
  run('buildah', 'commit', '-q', container, BASE);
  const { node, reason } = provideNode(OTHER_NODES.at(-1));
  if (!node) throw new Error(reason);
  cpSync(node, join(mounted, 'usr/local/bin/node'));
  const npm = dirname(dirname(said('sh', '-c', 'readlink -f "$(command -v npm)"')));
  cpSync(npm, join(mounted, 'usr/local/lib/node_modules/npm'), { recursive: true });
  run('ln', '-sf', '../lib/node_modules/npm/bin/npm-cli.js', join(mounted, 'usr/local/bin/npm'));
  mkdirSync(join(mounted, 'usr/local/etc'), { recursive: true });
  // npm asks this file which authorities to trust; the ones of this system are mounted there for the build.
  writeFileSync(join(mounted, 'usr/local/etc/npmrc'), 'cafile=/etc/ssl/certs/ca-certificates.crt\n');
  run('buildah', 'commit', '-q', container, NODE);
  run('buildah', 'rm', container);
}

async function tryOut(mounted) {
  const data = mkdtempSync(join(tmpdir(), 'farad-image-'));
  run('chown', '10001:10001', data);
  const { config } = JSON.parse(said('buildah', 'inspect', '--type', 'image', IMAGE)).Docker;
  if (config.User !== '10001:10001') throw new Error(`the image runs as ${config.User}`);
  const more = {
    FARAD_OCPP_REGISTRATION: 'open',
    FARAD_OCPP_PORT: String(PORTS.ocpp),
    FARAD_API_PORT: String(PORTS.api),
    ...(!withChdb && { FARAD_CLICKHOUSE_URL: 'http://127.0.0.1:8123' }),
  };
  const environment = [...config.Env, ...Object.entries(more).map(([name, value]) => `${name}=${value}`)];
  const inside = [...config.Entrypoint, ...config.Cmd];
  const script = [
    `mount --bind ${mounted} ${mounted} && mount -o remount,bind,ro ${mounted}`,
    `mount -t proc proc ${mounted}/proc && mount -t tmpfs tmpfs ${mounted}/tmp`,
    `mount --bind ${data} ${mounted}/data && mount --rbind /dev ${mounted}/dev`,
    `exec chroot --userspec=10001:10001 ${mounted} env -i ${environment.map((one) => `'${one}'`).join(' ')} "$@"`,
  ].join('\n');
  const startedAt = performance.now();
  const gateway = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', script, 'sh', ...inside],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  gateway.stdout.on('data', (text) => {
    output += text;
  });
  const exited = new Promise((resolve) => gateway.once('exit', resolve));
  try {
    await until(() => output.includes('serves'));
    console.log(`farad: serves after ${Math.round(performance.now() - startedAt)} ms`);
    const { engine } = JSON.parse(output.trim().split('\n').at(-1));
    if (engine.kind !== 'uws' || engine.adapted)
      throw new Error(`not today's engine as it comes: ${JSON.stringify(engine)}`);
    for (const url of [`http://127.0.0.1:${PORTS.ocpp}/healthz`, `http://127.0.0.1:${PORTS.api}/readyz`]) {
      await until(async () => (await fetch(url)).ok);
    }
    const [first] = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8')
      .trim()
      .split(' ');
    const healthy = [
      '-t',
      first,
      '-m',
      '-p',
      '-r',
      '-w',
      'env',
      ...environment,
      ...config.Healthcheck.Test.slice(1),
    ];
    run('nsenter', ...healthy);
    process.kill(Number(first), 'SIGTERM');
    const code = await exited;
    if (code !== 0) throw new Error(`SIGTERM ended it with ${code}`);
    console.log(`farad: today's engine ${engine.version}, healthy, and stopped by SIGTERM with 0`);
  } finally {
    gateway.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

async function until(holds) {
  const deadline = performance.now() + 30_000;
  while (!(await Promise.resolve(holds()).catch(() => false))) {
    if (performance.now() > deadline) throw new Error('the container does not get ready');
    await pause(50);
  }
}

function said(command, ...args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  return stdout.trim();
}
