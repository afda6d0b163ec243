import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../load/report/report.ts';
import { isAlive } from '../support/gateway.ts';
import { descendants, runLoadTool, startLoadTool } from '../support/load-tool.ts';
import { NATS } from '../support/nats-server.ts';
import { until } from '../support/until.ts';

/**
 * The load tool against whole gateways that it starts, kills in parts, and verifies: small versions of the
 * runs in docs.
 */

const SMALL = [
  '--charge-points',
  '60',
  '--ramp',
  '300ms',
  '--wind-down',
  '500ms',
  '--meter-interval',
  '500ms',
];

async function load(...flags: string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'farad-report-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const { code, output } = await runLoadTool(...SMALL, '--session', '3s', '--report', directory, ...flags);
  // The output says why, should it not have passed.
  expect(output).toContain('PASSED');
  expect(code).toBe(0);
  return JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as Report;
}

test('a fleet on a gateway: no error, and ClickHouse has exactly what was confirmed', async () => {
  const report = await load('--duration', '4s', '--api-key', 'a-key-that-somebody-chose');
  expect(report.failures).toEqual([]);
  expect(report.clickhouse).toMatchObject({ equal: true, mismatches: [] });
  expect(report.clickhouse?.storedSamples).toBeGreaterThan(60 * 7 * 7);
  expect(report.clickhouse?.storedTransactions).toBeGreaterThan(60);
  const processes = Object.keys(report.processes.load).sort();
  expect(processes).toEqual(['analytics', 'control', 'edge-0', 'load', 'simulator-0', 'supervisor']);
  expect(report.processes.load['edge-0']?.lastMemory).toBeGreaterThan(10e6);
}, 60_000);

test('control and analytics get SIGKILL twice: no socket drops, no error at any charge point, ClickHouse equal', async () => {
  const report = await load('--duration', '8s', '--kill', 'control,analytics', '--kill-every', '3500ms');
  expect(report.events.map((event) => event.what).sort()).toEqual([
    'killed analytics',
    'killed analytics',
    'killed control',
    'killed control',
  ]);
  expect([report.failures, report.excused]).toEqual([[], []]);
  expect(report.clickhouse?.equal).toBe(true);
}, 90_000);

test('the edge gets SIGKILL in mid-load: the charge points return, and all that was confirmed is there, once', async () => {
  const report = await load(
    // A busy machine needs its time to bring the edge and all of them back.
    '--duration',
    '9s',
    '--kill',
    'edge-0',
    '--kill-every',
    '5s',
    '--reconnect-spread',
    '500ms',
    // They come back over TLS, each with its own certificate.
    '--security-profile',
    '3',
  );
  expect(report.settings.security.profile).toBe(3);
  expect(report.events.map((event) => event.what)).toEqual(['killed edge-0']);
  expect(report.excused.some((line) => line.includes('60 sockets that dropped'))).toBe(true);
  expect(report.seconds.at(-1)?.openSockets).toBe(60);
  const [recovery] = report.recoveries;
  expect(recovery?.sockets).toBe(60);
  expect(recovery?.afterMs).toBeGreaterThan(report.events[0]?.forMs ?? Number.NaN);
  expect(recovery?.afterMs).toBeLessThan(20_000);
  expect(report.clickhouse?.equal).toBe(true);
}, 90_000);

/** A full disk is a file system of its own, which only root may mount. */
const mayMount = process.getuid?.() === 0;

test(`random kills, pauses${mayMount ? ' and full disks' : ' (no full disks: that takes root)'}: what was confirmed is there, once`, async () => {
  const report = await load(
    ...[
      '--duration',
      '14s',
      '--disturb',
      mayMount ? 'kill,pause,disk' : 'kill,pause',
      '--kill-every',
      '1500ms',
    ],
    ...['--seed', '5'],
  );
  expect(report.failures).toEqual([]);
  expect(report.events.some(({ what }) => what === 'filled the disk')).toBe(mayMount);
  expect(report.events.length).toBeGreaterThan(2);
  expect(report.clickhouse).toMatchObject({ equal: true, mismatches: [] });
}, 180_000);

test.runIf('file' in NATS)(
  'a node of a cluster gets SIGKILL, then a NATS server: what was confirmed is there, once',
  async () => {
    const report = await load(
      ...['--nodes', '2', '--duration', '3s', '--kill', 'node,nats', '--kill-every', '2s', '--seed', '1'],
      ...['--reconnect-spread', '500ms'],
      // On a busy machine a copy may be behind for longer than by default.
      ...['--', '--cluster-max-lag', '30s'],
    );
    expect(report.failures).toEqual([]);
    expect(report.events.map((event) => event.what)).toEqual([
      expect.stringMatching(/^killed node [ab]$/),
      expect.stringMatching(/^killed nats-[123]$/),
    ]);
    expect(report.excused.some((line) => line.includes('sockets that dropped'))).toBe(true);
    // On a busy machine most may have been on the other node.
    expect(report.recoveries[0]?.sockets).toBeGreaterThan(0);
    expect(report.clickhouse).toMatchObject({ equal: true, mismatches: [] });
    expect(report.clickhouse?.storedTransactions).toBeGreaterThan(60);
    expect(Object.keys(report.processes.load)).toEqual(
      expect.arrayContaining(['a/edge-0', 'b/edge-0', 'b/replica', 'nats-3']),
    );
    expect(report.edges?.edges).toBe(2);
  },
  120_000,
);

test('the load tool gets SIGKILL: its gateway stops in order, its simulators end, and the next run takes its data away', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'farad-load-killed-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const { child, output } = startLoadTool([...SMALL, '--duration', '60s'], {
    ...process.env,
    TMPDIR: directory,
    // Under npx a gateway also looks after its parent, which would hide what this is about.
    npm_command: 'run-script',
  });
  await until('the load has begun', () => {
    if (child.exitCode !== null) throw new Error(output());
    return output().includes('all charging');
  });
  const [dataDir = ''] = await readdir(directory);
  expect(await readdir(join(directory, dataDir))).toContain('endpoints.json');
  const pids = descendants(child.pid as number);
  // The supervisor and its three processes, a simulator, and the witness of the machine.
  expect(pids).toHaveLength(6);
  child.kill('SIGKILL');
  await until('every process has ended', () => !pids.some(isAlive));
  // Only a stop in order takes it away.
  expect(await readdir(join(directory, dataDir))).not.toContain('endpoints.json');
  const environment = { ...process.env, TMPDIR: directory };
  const next = startLoadTool([...SMALL, '--duration', '1s', '--session', '3s'], environment);
  await once(next.child, 'exit');
  expect(await readdir(directory)).toEqual([]);
}, 90_000);
