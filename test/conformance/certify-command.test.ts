import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OwnGateway, startOwnGateway } from '../../src/certify/own-gateway.ts';
import type { Report } from '../../src/certify/report/report.ts';
import { TinyCentralSystem } from './tiny-central-system.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const nowhere = { ocppUrl: 'ws://127.0.0.1:1/ocpp', apiUrl: 'http://127.0.0.1:1' };
let directory: string;
let gateway: OwnGateway | undefined;
let tiny: TinyCentralSystem | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'farad-report-'));
});

afterEach(async () => {
  await gateway?.stop();
  await tiny?.close();
  gateway = undefined;
  tiny = undefined;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function farad(...args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [MAIN, 'certify', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

function at({
  ocppUrl,
  apiUrl,
  apiKey = 'any',
}: {
  ocppUrl: string;
  apiUrl: string;
  apiKey?: string;
}): string[] {
  return ['--ocpp-url', ocppUrl, '--api-url', apiUrl, '--api-key', apiKey, '--report', directory];
}

async function reportAs(extension: string): Promise<string> {
  return readFile(join(directory, `report.${extension}`), 'utf8');
}

test('a gateway that runs is certified: every case, both figures, three reports, and nothing of it stays behind', async () => {
  gateway = await startOwnGateway([process.execPath, MAIN], { 'ocpp-call-timeout': '1s' });
  const load = ['--load-charge-points', '40', '--load-samples', '400', '--load-seconds', '2'];
  const ca = join(directory, 'root.pem');
  await writeFile(ca, gateway.secure.ca);
  const secure = ['--secure-ocpp-url', gateway.secure.url, '--ca', ca];
  const flags = [...at(gateway), ...secure, ...load, '--declared-timeout', '1', '--shuffle', '3'];
  const { code, output } = await farad(...flags);
  expect(output).toContain('Pass: 77 of 77 cases passed.');
  expect(code).toBe(0);
  expect(output.match(/^pass {2}TC_/gm)).toHaveLength(77 + 8);

  const report = JSON.parse(await reportAs('json')) as Report;
  expect(report).toMatchObject({
    outcome: 'pass',
    casesPassed: 77,
    casesTotal: 77,
    product: { name: 'Farad' },
  });
  expect(report.performance).toMatchObject({
    declared: { responseTimeoutMs: 1000, authorizeMs: 5000 },
    idle: { chargePoints: 20, seconds: 2 },
    loaded: { load: { chargePoints: 40, refused: 0, lost: 0 } },
  });
  const { responseTimeoutMs, idle, loaded } = report.performance as never as {
    responseTimeoutMs: number;
    idle: { times: { count: number } };
    loaded: { times: { count: number }; load: { samplesPerSecond: number } };
  };
  expect(responseTimeoutMs).toBeGreaterThanOrEqual(1000);
  expect(responseTimeoutMs).toBeLessThan(1500);
  expect(idle.times.count).toBeGreaterThan(300);
  expect(loaded.times.count).toBeGreaterThan(300);
  expect(loaded.load.samplesPerSecond).toBeGreaterThanOrEqual(400);
  expect(report.configuration).toContainEqual(['Order', 'shuffled with seed 3']);
  const timestamps = report.configuration.find(([label]) => label === 'Timestamps with milliseconds');
  expect(timestamps?.[1]).toMatch(/^supported/);

  for (const extension of ['html', 'md']) {
    const text = await reportAs(extension);
    expect(text).toContain('not a certificate of the Open Charge Alliance');
    expect(text).toContain('77 of 77 cases passed');
    for (const row of [
      'Core',
      'Smart Charging',
      'OCPP response timeout',
      'Response time Authorize',
      'TC_067',
    ])
      expect(text).toContain(row);
  }

  const headers = { authorization: `Bearer ${gateway.apiKey}` };
  for (const resource of ['tokens', 'charge-points']) {
    const left = await fetch(`${gateway.apiUrl}/api/v1/${resource}`, { headers });
    expect(await left.json()).toMatchObject({ items: [] });
  }
}, 120_000);

test('a case that fails ends it with exit code 1 and says at which step, what was expected and what came', async () => {
  tiny = await TinyCentralSystem.start({
    answer: (right, { action }) => (action === 'Authorize' ? { idTagInfo: { status: 'Invalid' } } : right),
  });
  const { code, output } = await farad(...at(tiny), '--only', 'TC_023_3,TC_061');
  expect(code).toBe(1);
  expect(output).toContain('FAIL  TC_023_3');
  expect(output).toContain('step 6, CP> Authorize');
  expect(output).toContain('expected Authorize.conf with idTagInfo.status Blocked');
  expect(output).toContain('came     {"idTagInfo":{"status":"Invalid"}}');
  expect(output).toContain('pass  TC_061');
  const standsOpen = /<details class="case" id="(\w+)" open>/g;
  expect([...(await reportAs('html')).matchAll(standsOpen)].map(([, id]) => id)).toEqual(['TC_023_3']);
});

test('a part of the cases is reported as a part, and is no failure', async () => {
  tiny = await TinyCentralSystem.start();
  const { code, output } = await farad(...at(tiny), '--only', 'TC_052', '--edition', '2025-11');
  expect(code).toBe(0);
  expect(output).toContain('pass  TC_052    Cancel reservation, rejected (2025-11)');
  expect(output).not.toContain('2024-04');
  expect(output).toContain('Not complete: 0 of 77 cases passed; 1 were run');
});

test('the gateway that it starts runs on the engine that is named', async () => {
  const { code } = await farad('--engine', 'ws', '--only', 'TC_001', '--report', directory);
  expect(code).toBe(0);
  const { configuration } = JSON.parse(await reportAs('json')) as Report;
  expect(configuration.find(([label]) => label === 'Gateway')?.[1]).toContain(
    'ws://127.0.0.1:0?transport=ws,',
  );
}, 60_000);

test('an interrupted run stops the gateway that it started, removes its data and writes no report', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'farad-interrupted-'));
  const report = join(temporary, 'report');
  const child = spawn(process.execPath, [MAIN, 'certify', '--report', report], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes('TC_001')) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  expect(output).toContain('Interrupted: there is no report.');
  expect(code).toBe(130);
  expect(await readdir(temporary)).toEqual([]);
  await rm(temporary, { recursive: true });
}, 60_000);

test.each([
  [['--only', 'TC_O23_3'], 'there is no case TC_O23_3'],
  [['--edition', '2019'], '--edition must be 2024-04 or 2025-11'],
  [['--shuffle', 'well'], '--shuffle must be a whole number'],
  [['--engine', 'libuv'], '--engine must be one of auto, uws, uws-old, ws'],
  [
    ['--ocpp-url', nowhere.ocppUrl, '--api-url', nowhere.apiUrl, '--api-key', 'any', '--engine', 'ws'],
    '--engine is for a gateway that is started',
  ],
  [['--ocpp-url', 'ws://127.0.0.1:1/ocpp'], 'all three of --ocpp-url, --api-url and --api-key'],
])('%j is a command line that cannot be understood', async (args, message) => {
  const { code, output } = await farad(...args);
  expect(output).toContain(message);
  expect(code).toBe(2);
});

test('a gateway that cannot be reached is said in one line', async () => {
  const { code, output } = await farad(...at(nowhere));
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(output).toMatch(/farad: expected an answer to GET .*openapi.json; came fetch failed/);
});
