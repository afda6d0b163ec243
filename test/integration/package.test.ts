import { execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../src/cli/endpoints-file.ts';
import { version } from '../../src/cli/version.ts';
import { until } from './fake-gateway.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
let folder: string;
let farad: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'farad-package-'));
  // Makes the folder a project of its own: npm would look for one further up.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // The build is current: npm test has seen to it.
  const packed = await npm(project, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  // Engines come as optional packages of some 600 MB: those of this checkout will do, everything else is
  // installed.
  await npm(
    folder,
    'install',
    '--omit=dev',
    '--omit=optional',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    `./${filename}`,
  );
  for (const engine of ['@lmdb', '@msgpackr-extract', '@node-rs', 'chdb', '@chdb']) link(engine);
  farad = join(folder, 'node_modules/.bin/farad');
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function npm(cwd: string, ...args: string[]): Promise<string> {
  return (await run('npm', args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

function link(engine: string): void {
  const place = join(folder, 'node_modules', engine);
  if (existsSync(place) || !existsSync(join(project, 'node_modules', engine))) return;
  mkdirSync(join(place, '..'), { recursive: true });
  symlinkSync(join(project, 'node_modules', engine), place);
}

test('the package brings what runs and nothing of the workshop', () => {
  const root = join(folder, 'node_modules/farad');
  for (const place of [
    'bin/farad.mjs',
    'dist/main.js',
    'dist/console/index.html',
    'docs/settings.md',
    'README.md',
    'LICENSE',
  ]) {
    expect(existsSync(join(root, place)), place).toBe(true);
  }
  for (const place of [
    'src',
    'scripts',
    'test',
    'dist/.tsbuildinfo',
    'dist/console/.built-from',
    'dist/main.js.map',
  ]) {
    expect(existsSync(join(root, place)), place).toBe(false);
  }
  expect(existsSync(join(folder, 'node_modules/vitest'))).toBe(false);
});

test('farad --version and farad --help run from the installed package', async () => {
  expect((await run(farad, ['--version'])).stdout).toBe(`${version()}\n`);
  expect((await run(farad, ['--help'])).stdout).toContain('serve');
});

test('farad serve runs from the installed package until it is stopped', async () => {
  const dataDir = join(folder, 'data');
  const flags = ['--data-dir', dataDir, '--ocpp-port', '0', '--api-port', '0', '--log-format', 'json'];
  const gateway = spawn(farad, ['serve', ...flags], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [gateway.stdout, gateway.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  try {
    const file = join(dataDir, 'endpoints.json');
    const started = (): boolean => existsSync(file) || gateway.exitCode !== null;
    await until('the gateway serves', started);
    expect(gateway.exitCode, output).toBeNull();
    const { ocpp, api } = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
    const ocppHealth = new URL('/healthz', ocpp.replace('ws:', 'http:'));
    for (const health of [ocppHealth, new URL('/healthz', api), new URL('/docs', api)]) {
      expect((await fetch(health)).status, health.href).toBe(200);
    }
    gateway.kill('SIGTERM');
    await until('the gateway stops', () => gateway.exitCode !== null || gateway.signalCode !== null);
    expect(gateway.exitCode, output).toBe(0);
  } finally {
    gateway.kill('SIGKILL');
  }
}, 60_000);
