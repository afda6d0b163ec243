import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { API_KEY, dataDirectory, startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const COMMON = ['--ocpp-port', '0', '--api-port', '0', '--api-key', API_KEY, '--log-level', 'warn'];

interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs `farad COMMAND` on a data directory until it ends by itself. */
async function farad(
  command: string,
  dataDir: string,
  flags: readonly string[] = [],
  shell = '',
): Promise<Ended> {
  const args = [MAIN, command, '--data-dir', dataDir, ...flags];
  const program = shell === '' ? process.execPath : '/bin/sh';
  const given = shell === '' ? args : ['-c', `${shell}; exec "$0" "$@"`, process.execPath, ...args];
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      // A start that should have been refused is ended, and seen by what it printed.
      if (text.includes('serves')) child.kill('SIGTERM');
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: printed.trimEnd().split('\n') };
}

const serve = (dataDir: string, flags: readonly string[] = [], shell = '') =>
  farad('serve', dataDir, [...COMMON, ...flags], shell);

/** Expects one line that names `file` and matches `cause`. */
async function expectRefusal(dataDir: string, file: string, cause: RegExp, flags: readonly string[] = []) {
  const { code, lines } = await serve(dataDir, flags);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(join(dataDir, file));
  expect(lines[0]).toMatch(cause);
  expect(code).toBe(1);
}

const scratch = mkdtempSync(join(tmpdir(), 'farad-sound-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const made = new Map<string, Promise<string>>();

/** A data directory that a gateway has run on, with a transaction. */
function sound(name: 'ours' | 'theirs'): Promise<string> {
  const known = made.get(name) ?? makeSound(join(scratch, name));
  made.set(name, known);
  return known;
}

async function makeSound(dataDir: string): Promise<string> {
  const gateway = await startGateway([], dataDir);
  await startTransaction(gateway.ocpp);
  expect(await gateway.stop()).toBe(0);
  return dataDir;
}

/** The transactionId that a charge point is given. */
async function startTransaction(ocpp: string): Promise<number> {
  const point = await OcppClient.connect(Number(new URL(ocpp).port), 'CP-1');
  await point.boot();
  const payload = { connectorId: 1, idTag: 'CAFE01', meterStart: 0, timestamp: new Date().toISOString() };
  const [, , answer] = await point.call('StartTransaction', payload);
  const { transactionId } = answer as { transactionId: number };
  point.vanish();
  return transactionId;
}

async function copyOfSound(): Promise<string> {
  const path = join(dataDirectory(), 'data');
  cpSync(await sound('ours'), path, { recursive: true });
  return path;
}

const DATABASES = ['state', 'directory', 'journal-edge-0'];

describe('a start on a damaged data directory says in one line which file is wrong', () => {
  // All of them are opened alike.
  const cuts = DATABASES.flatMap((name, index) =>
    (index === 0 ? [0, 1, 100, 4096, 8192, 12_288] : [0, 8192]).map((length) => ({ name, length })),
  );
  it.each(cuts)('$name/data.mdb, cut off at $length', async ({ name, length }) => {
    const dataDir = await copyOfSound();
    const file = join(dataDir, name, 'data.mdb');
    truncateSync(file, length);
    await expectRefusal(dataDir, `${name}/data.mdb`, /is empty|cut off/);
  });

  it.each(DATABASES)('%s/data.mdb, all of it or its pages overwritten at random', async (name) => {
    for (const begin of [0, 8192]) {
      const dataDir = await copyOfSound();
      const file = join(dataDir, name, 'data.mdb');
      const bytes = readFileSync(file);
      for (let at = begin; at < bytes.length; at++) bytes[at] = (at * 7919) % 251;
      writeFileSync(file, bytes);
      await expectRefusal(dataDir, `${name}/data.mdb`, /no database|damaged/);
    }
  });

  it.each([
    ['state', 'is a file', (path: string) => writeFileSync(path, 'x'), /is no directory/],
    ['journal-edge-0', 'is a file', (path: string) => writeFileSync(path, ''), /is no directory/],
    ['directory', 'leads nowhere', (path: string) => symlinkSync('/nowhere/at/all', path), /leads nowhere/],
    ['clickhouse', 'is a file', (path: string) => writeFileSync(path, 'x'), /is no directory/],
    ['state', 'is gone', () => undefined, /missing or was emptied/],
    ['state', 'was emptied', (path: string) => mkdirSync(path), /missing or was emptied/],
    ['directory', 'was emptied', (path: string) => mkdirSync(path), /missing or was emptied/],
    ['journal-edge-0', 'was emptied', (path: string) => mkdirSync(path), /missing or was emptied/],
    ['clickhouse', 'was emptied', (path: string) => mkdirSync(path), /missing or was emptied/],
    ['pepper', 'is gone', () => undefined, /is missing/],
    ['pepper', 'is too short', (path: string) => writeFileSync(path, 'x'), /must have 32 bytes/],
    [
      'pepper',
      'is another',
      (path: string) => writeFileSync(path, Buffer.alloc(32, 7)),
      /another installation/,
    ],
    ['installation.json', 'is no JSON', (path: string) => writeFileSync(path, 'x'), /is damaged/],
    ['transaction-ids', 'is no number', (path: string) => writeFileSync(path, 'x'), /is damaged/],
  ] as const)('%s %s', async (name, _, replace, cause) => {
    const dataDir = await copyOfSound();
    rmSync(join(dataDir, name), { recursive: true });
    replace(join(dataDir, name));
    await expectRefusal(dataDir, name, cause);
  });

  it('state/data.mdb is a directory', async () => {
    const dataDir = await copyOfSound();
    rmSync(join(dataDir, 'state/data.mdb'));
    mkdirSync(join(dataDir, 'state/data.mdb'));
    await expectRefusal(dataDir, 'state/data.mdb', /is no file/);
  });

  it.each(['state', 'directory', 'journal-edge-0'])('%s is of another installation', async (name) => {
    const dataDir = await copyOfSound();
    cpSync(join(await sound('theirs'), name, 'data.mdb'), join(dataDir, name, 'data.mdb'));
    await expectRefusal(dataDir, name, /of another installation/);
    // Without the file that says what belongs together it is seen all the same.
    rmSync(join(dataDir, 'installation.json'));
    const { code, lines } = await serve(dataDir);
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(/different installations/);
  });

  it('the data directory is a file, or too few files may be open', async () => {
    const file = join(dataDirectory(), 'data');
    writeFileSync(file, '');
    expect((await serve(file)).lines).toEqual([
      expect.stringMatching(/^farad: dataDir .*data cannot be used: /),
    ]);
    const { code, lines } = await serve(await copyOfSound(), [], 'ulimit -n 64');
    expect(lines).toEqual([expect.stringContaining('ulimit -n is 64')]);
    expect(code).toBe(1);
  });
});

describe('what one start handed out', () => {
  it('an older copy of state is refused, since transactionIds would be given again', async () => {
    const dataDir = await copyOfSound();
    cpSync(join(dataDir, 'state'), join(dataDir, '..', 'older'), { recursive: true });
    const gateway = await startGateway([], dataDir);
    await gateway.stop();
    rmSync(join(dataDir, 'state'), { recursive: true });
    renameSync(join(dataDir, '..', 'older'), join(dataDir, 'state'));
    await expectRefusal(dataDir, 'state', /older copy/);
  });

  it('an operator may let Farad go on without a part: ids go on behind those that were given', async () => {
    const dataDir = await copyOfSound();
    rmSync(join(dataDir, 'state'), { recursive: true });
    const adopted = await farad('adopt-data', dataDir);
    expect(adopted.code).toBe(0);
    const gateway = await startGateway([], dataDir);
    expect(await startTransaction(gateway.ocpp)).toBeGreaterThan(1000);
  });

  it('a directory of an older version, which has no marks, is taken as it is', async () => {
    const dataDir = await copyOfSound();
    for (const name of ['installation.json', 'transaction-ids', 'clickhouse/installation.json'])
      rmSync(join(dataDir, name));
    const gateway = await startGateway([], dataDir);
    expect(await gateway.request('GET', '/readyz')).toBeDefined();
  });

  it('check-data looks at every page and says what it finds', async () => {
    const dataDir = await copyOfSound();
    expect(await farad('check-data', dataDir)).toMatchObject({ code: 0 });
    truncateSync(join(dataDir, 'directory/data.mdb'), 9000);
    const { code, lines } = await farad('check-data', dataDir);
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toContain('directory/data.mdb');
  });
});

describe('a data directory belongs to its user alone', () => {
  it('also one that was open to others, with everything that is in it and comes into it', async () => {
    const dataDir = dataDirectory();
    chmodSync(dataDir, 0o755);
    const first = await startGateway([], dataDir);
    expect(openTo(dataDir)).toEqual([]);
    await first.stop();
    expect(openTo(dataDir)).toEqual([]);
    for (const path of everythingIn(dataDir)) {
      if (!lstatSync(path).isSymbolicLink()) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
    }
    const gateway = await startGateway([], dataDir);
    expect(openTo(dataDir)).toEqual([]);

    const backup = join(dataDirectory(), 'backup');
    const copied = await farad('backup', dataDir, ['--to', backup, '--api-key', API_KEY]);
    expect(copied.code).toBe(0);
    expect(existsSync(join(backup, 'backup.json'))).toBe(true);
    expect(openTo(backup)).toEqual([]);
    expect(openTo(dataDir)).toEqual([]);
    expect(await gateway.stop()).toBe(0);

    const restored = join(dataDirectory(), 'restored');
    expect(await farad('restore', restored, ['--from', backup])).toMatchObject({ code: 0 });
    expect(openTo(restored)).toEqual([]);
    const again = await startGateway([], restored);
    expect(await again.request('GET', '/readyz')).toBeDefined();
  });
});

function everythingIn(path: string): string[] {
  if (!lstatSync(path).isDirectory()) return [path];
  return [path, ...readdirSync(path).flatMap((name) => everythingIn(join(path, name)))];
}

function openTo(path: string): string[] {
  return everythingIn(path).filter(
    (one) => !lstatSync(one).isSymbolicLink() && (lstatSync(one).mode & 0o077) !== 0,
  );
}
