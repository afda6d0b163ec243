import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'farad-checkout-'));
  for (const part of [
    'scripts',
    'bin',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    cpSync(join(project, part), join(checkout, part), { recursive: true });
  }
  write('src/main.ts', "import { word } from './word.ts';\nconsole.log(word, ...process.argv.slice(2));\n");
  write('src/word.ts', "export const word = 'first';\n");
  write('src/analytics/migrations/001.sql', 'SELECT 1');
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function write(place: string, content: string): void {
  const file = join(checkout, place);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function installed(): void {
  symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
}

function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: checkout, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

test('npm start builds when there is no build, and starts what it built', async () => {
  installed();
  expect(await run(['scripts/start.mjs', '--ocpp-port', '0'])).toEqual({
    code: 0,
    output: 'farad: building dist/\nfirst serve --ocpp-port 0\n',
  });
  expect(readFileSync(join(checkout, 'dist/analytics/migrations/001.sql'), 'utf8')).toBe('SELECT 1');
});

test('npx farad in a checkout builds first, too, and passes its arguments on', async () => {
  installed();
  expect((await run(['bin/farad.mjs', 'config'])).output).toBe('farad: building dist/\nfirst config\n');
  expect((await run(['bin/farad.mjs', '--help'])).output).toBe('first --help\n');
});

test('a build that is current is left alone; a changed source is built, a deleted one leaves nothing behind', async () => {
  installed();
  await run(['scripts/start.mjs']);
  expect((await run(['scripts/start.mjs'])).output).toBe('first serve\n');

  write('src/word.ts', "export const word = 'second';\n");
  write('src/more/other.ts', 'export const other = 1;\n');
  expect((await run(['scripts/start.mjs'])).output).toBe('farad: building dist/\nsecond serve\n');
  expect(existsSync(join(checkout, 'dist/more/other.js'))).toBe(true);

  rmSync(join(checkout, 'src/more'), { recursive: true });
  await run(['scripts/start.mjs']);
  expect(existsSync(join(checkout, 'dist/more/other.js'))).toBe(false);
});

test('the console is bundled beside what is compiled, compressed too, and anew only when it changes', async () => {
  installed();
  for (const file of ['vite.config.ts', 'tsconfig.json']) {
    write(`src/console/${file}`, readFileSync(join(project, 'src/console', file), 'utf8'));
  }
  write('src/console/index.html', '<script type="module" src="./main.tsx"></script>');
  write('src/console/main.tsx', "document.title = 'first';");
  expect((await run(['scripts/start.mjs'])).output).toBe(
    'farad: building dist/\nfarad: building dist/console/\nfirst serve\n',
  );
  const bundle = () => readdirSync(join(checkout, 'dist/console/assets')).sort();
  const [script = ''] = bundle();
  expect(bundle()).toEqual([script, `${script}.br`, `${script}.gz`]);
  expect(existsSync(join(checkout, 'dist/console/main.js'))).toBe(false);

  write('src/console/main.tsx', "document.title = 'second';");
  expect((await run(['scripts/start.mjs'])).output).toBe('farad: building dist/console/\nfirst serve\n');
  expect(bundle()).not.toContain(script);
  expect((await run(['scripts/start.mjs'])).output).toBe('first serve\n');
});

test('a file missing from the build comes back', async () => {
  installed();
  await run(['scripts/start.mjs']);
  rmSync(join(checkout, 'dist/word.js'));
  rmSync(join(checkout, 'dist/.built-from'));
  expect((await run(['scripts/start.mjs'])).output).toBe('farad: building dist/\nfirst serve\n');
});

test('sources that do not compile stop the start with one line after the compiler’s', async () => {
  installed();
  write('src/word.ts', 'export const word: number = "first";\n');
  const { code, output } = await run(['scripts/start.mjs']);
  expect(code).toBe(1);
  expect(output).toContain('src/word.ts(1,14): error TS2322');
  expect(output.trimEnd().split('\n').at(-1)).toBe('farad: the build of dist/ failed');
});

test('two starts at once set up once', async () => {
  installed();
  const outputs = (await Promise.all([run(['scripts/start.mjs']), run(['scripts/start.mjs'])])).map(
    ({ output }) => output,
  );
  expect(outputs.filter((output) => output.includes('farad: building dist/'))).toHaveLength(1);
  expect(outputs.every((output) => output.endsWith('first serve\n'))).toBe(true);
});

test('a set-up that was killed does not block the next one', async () => {
  installed();
  write('.setup.lock/pid', '4194305');
  expect((await run(['scripts/start.mjs'])).output).toBe('farad: building dist/\nfirst serve\n');
});

test('dependencies are installed with npm ci when node_modules is missing or differs from the lock', async () => {
  // Stands in for npm: notes how it was called, and provides the packages.
  write(
    'npm.js',
    `const { appendFileSync, rmSync, symlinkSync } = require('node:fs');
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
rmSync('node_modules', { recursive: true, force: true });
symlinkSync(${JSON.stringify(join(project, 'node_modules'))}, 'node_modules');`,
  );
  write('package.json', readFileSync(join(project, 'package.json'), 'utf8').replace('"type": "module",', ''));
  write('scripts/package.json', '{"type":"module"}');
  write('src/package.json', '{"type":"module"}');
  const npm = { npm_execpath: join(checkout, 'npm.js') };
  expect((await run(['scripts/start.mjs'], npm)).output).toMatch(
    /^farad: installing dependencies \(npm ci\).*\n/,
  );
  expect((await run(['scripts/start.mjs'], npm)).output).toBe('first serve\n');

  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'));
  lock.packages['node_modules/pino'].version = '0.0.1';
  write('package-lock.json', JSON.stringify(lock));
  expect((await run(['scripts/start.mjs'], npm)).output).toContain('farad: installing dependencies');
  expect(readFileSync(join(checkout, 'calls'), 'utf8')).toBe(
    'ci --include=dev --include=optional\n'.repeat(2),
  );
});

test('the lock names the packages of every platform: without them npm ci refuses to install', () => {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${place}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});
