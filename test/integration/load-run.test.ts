import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Figures } from '../../load/report/figures.ts';
import type { Report } from '../../load/report/report.ts';
import { type Fault, KeepingCentralSystem } from '../support/keeping-central-system.ts';
import { runLoadTool } from '../support/load-tool.ts';
import { StrictCentralSystem } from '../support/strict-central-system.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function gateway(fault?: Fault): Promise<KeepingCentralSystem> {
  const keeping = await KeepingCentralSystem.start(fault);
  cleanUps.push(() => keeping.close());
  return keeping;
}

/** A small load. */
const SMALL = [
  ...['--charge-points', '20', '--ramp', '200ms', '--duration', '2s', '--wind-down', '200ms'],
  ...['--meter-interval', '100ms', '--session', '1s', '--seed', '5', '--authorize-per-second', '50'],
];

/** Runs the load tool as a user does; `flags` come last. */
async function load(keeping: KeepingCentralSystem, ...flags: string[]) {
  return runLoadTool(
    ...SMALL,
    ...['--drain-timeout', '500ms', '--ocpp-url', keeping.central.url],
    ...['--api-url', keeping.apiUrl, '--api-key', keeping.apiKey],
    ...flags,
  );
}

test('a faultless gateway passes: latencies per action, ClickHouse equal, a report with plots', async () => {
  const keeping = await gateway();
  const directory = await mkdtemp(join(tmpdir(), 'farad-report-'));
  cleanUps.push(() => rm(directory, { recursive: true }));
  const { code, output } = await load(keeping, '--report', directory, '--processes', '2');

  expect(output).toContain('PASSED');
  expect(code).toBe(0);
  expect(keeping.central.violations).toEqual([]);
  expect(output).toMatch(/MeterValues +\d+ +- +[\d.]+ +[\d.]+/);
  expect(output).toContain('equal');

  const report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as Report;
  expect(report.passed).toBe(true);
  expect(report.settings.seed).toBe(5);
  expect(report.clickhouse?.confirmedSamples).toBe(report.clickhouse?.storedSamples);
  expect(report.clickhouse?.confirmedSamples).toBeGreaterThan(20 * 15 * 7);
  expect(report.clickhouse?.confirmedTransactions).toBeGreaterThan(20);
  const meterValues = report.actions.find(
    ({ phase, action }) => phase === 'load' && action === 'MeterValues',
  );
  expect(meterValues?.sinceDue.count).toBeGreaterThan(150);
  expect(meterValues?.sinceDue.p50).toBeLessThanOrEqual(meterValues?.sinceDue.p999 ?? 0);
  expect(Object.keys(report.seconds.at(-1)?.processes ?? {}).sort()).toEqual([
    'load',
    'simulator-0',
    'simulator-1',
  ]);
  expect(JSON.stringify(report)).not.toContain(keeping.apiKey);

  const figures = JSON.parse(await readFile(join(directory, 'figures.json'), 'utf8')) as Figures;
  expect(figures.load.sockets).toBe(20);
  expect(figures.load.samplesPerSecond).toBeGreaterThan(20);
  expect(figures.medianSecondP99.MeterValues).toBeGreaterThan(0);
  expect(figures.medianSecondP99.MeterValues).toBeLessThanOrEqual(meterValues?.sinceDue.max ?? 0);
  expect(figures).not.toHaveProperty('seconds');

  const html = await readFile(join(directory, 'index.html'), 'utf8');
  expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(7);
  expect(html).not.toMatch(/<script|https?:\/\/(?!127)/);
  expect(html).toContain('prefers-color-scheme: dark');
});

test('a server of another make is measured without an API: latencies and throughput, its processes, no ClickHouse', async () => {
  const central = await StrictCentralSystem.start();
  cleanUps.push(() => central.close());
  const directory = await mkdtemp(join(tmpdir(), 'farad-report-'));
  cleanUps.push(() => rm(directory, { recursive: true }));
  const { code, output } = await runLoadTool(
    ...SMALL,
    ...[
      '--session',
      '10m',
      '--sessions-per-second',
      '10',
      '--authorize-per-second',
      '200',
      '--identity-prefix',
      'THEIRS-',
    ],
    ...['--ocpp-url', central.url, '--server-pids', String(process.pid), '--report', directory],
  );
  expect(output).toContain('PASSED');
  expect(code).toBe(0);
  expect(central.violations).toEqual([]);
  expect([...central.connections.keys()].sort()[0]).toBe('THEIRS-0');
  // It takes every card, so that one which nobody knows would have been an error.
  expect(central.received('Authorize').length).toBeGreaterThan(80);
  expect(output).toContain('ClickHouse: not compared, since no --api-url was given');

  const report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as Report;
  expect(report).not.toHaveProperty('clickhouse');
  const load = new Map(
    report.actions.filter(({ phase }) => phase === 'load').map((row) => [row.action, row]),
  );
  expect(load.get('MeterValues')?.sinceDue.count).toBeGreaterThan(150);
  const { sinceDue, sinceSent } = load.get('Authorize') ?? {};
  expect(sinceSent?.count).toBe(sinceDue?.count);
  expect(sinceSent?.p99).toBeGreaterThan(0);
  // Nobody's session is over by itself within ten minutes.
  expect(load.get('StopTransaction')?.sinceDue.count).toBeGreaterThan(10);
  expect(load.get('StopTransaction')?.sinceDue.count).toBeLessThan(25);
  // A hundred times a second.
  expect(load.get('witness')?.sinceDue.count).toBeGreaterThan(100);
  expect(output).toMatch(new RegExp(`-${process.pid} .*\\d`));
});

test.each<[Fault, RegExp]>([
  ['drops', /FAILED: ClickHouse differs .*\(the deadline has passed\)/],
  ['doubles', /FAILED: ClickHouse differs .*\(something is there twice\)/],
  ['falsifies', /sum [\d.]+ confirmed, [\d.]+ stored/],
])('a gateway that %s meter values fails', async (fault, words) => {
  const { code, output } = await load(await gateway(fault));
  expect(output).toMatch(words);
  expect(code).toBe(1);
});

test('a CALL without answer fails the run', async () => {
  const keeping = await gateway();
  let calls = 0;
  const release: (() => void)[] = [];
  cleanUps.push(async () => release.forEach((done) => void done()));
  const authorized = { idTagInfo: { status: 'Accepted' } };
  keeping.central.answer('Authorize', ({ payload }) => {
    if (++calls === 30) return new Promise((resolve) => release.push(() => resolve(authorized)));
    return keeping.tokens.has(payload.idTag ?? '') ? authorized : { idTagInfo: { status: 'Invalid' } };
  });
  const { code, output } = await load(keeping, '--call-timeout', '300ms');
  expect(output).toMatch(/FAILED: 1 CALLs without an answer \(Authorize\)/);
  expect(code).toBe(1);
});

test('a socket that drops fails the run, even though nothing is lost', async () => {
  const keeping = await gateway();
  let calls = 0;
  keeping.central.answer('Heartbeat', () => ({ currentTime: new Date().toISOString() }));
  const cut = keeping.central;
  cut.answer('StatusNotification', ({ identity }) => {
    if (++calls === 60) setImmediate(() => cut.cut(identity));
    return {};
  });
  const { code, output } = await load(keeping, '--reconnect-spread', '50ms');
  expect(output).toMatch(/FAILED: 1 sockets that dropped/);
  expect(output).toContain('equal');
  expect(code).toBe(1);
});

test('wrong flags end with one line and exit code 2', async () => {
  const keeping = await gateway();
  for (const [flag, value, words] of [
    ['--duration', 'soon', '--duration must be a duration'],
    ['--charge-points', '0', '--charge-points must be a whole number from 1'],
    ['--kill', 'control', '--kill and --disturb are only for a gateway that the load tool starts itself'],
  ] as const) {
    const { code, output } = await load(keeping, flag, value);
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    expect(output).toContain(words);
    expect(code).toBe(2);
  }
});
