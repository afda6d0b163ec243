import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ShownCluster } from '../../../src/cli/cluster/status-text.ts';
import { refuseNodeAlone } from '../../../src/cli/node-alone.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { writeMembership } from '../../../src/cluster/membership.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

const KEY = 'a-key-of-a-viewer-0123456789';

const a = {
  node: 'a',
  self: true,
  there: true,
  release: '1.2.0',
  clockAheadSeconds: null,
  lastHeardAt: null,
  chargePoints: 1200,
  lagSeconds: 0,
  trouble: null,
  refuses: null,
  leads: true,
};
const b = {
  ...a,
  node: 'b',
  self: false,
  leads: false,
  clockAheadSeconds: -0.04,
  lastHeardAt: '2026-11-29T08:00:00.000Z',
};
const stream = { name: 'farad-state-0', position: 81_214, lagSeconds: 0, trouble: null };
const well: ShownCluster = { clustered: true, nodes: [a, b], streams: [stream] };

let out: string[];
let err: string[];

beforeEach(() => {
  out = [];
  err = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void out.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void err.push(line));
  vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 10, 29, 8, 0, 1));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** A data directory on which a gateway runs that answers with this. */
async function gateway(cluster: ShownCluster): Promise<string> {
  const dataDir = directory();
  const server = createServer(({ url, headers }, response) => {
    const isMeant = url === '/api/v1/cluster' && headers.authorization === `Bearer ${KEY}`;
    response.statusCode = isMeant ? 200 : 401;
    response.end(JSON.stringify(isMeant ? cluster : { error: { code: 'unauthorized' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(dataDir, 'endpoints.json'), JSON.stringify({ api }));
  return dataDir;
}

function directory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'farad-cluster-command-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function status(dataDir: string, key = KEY): Promise<unknown> {
  await runCommand(['cluster', 'status', '--data-dir', dataDir, '--api-key', key]);
  return process.exitCode;
}

test('farad cluster status prints the nodes and the copy of the one that answers', async () => {
  expect(await status(await gateway(well))).toBe(0);
  expect(out.join('\n').split('\n')).toEqual([
    'node        release   charge points   lag   clock ahead   heard     leads   trouble',
    'a (asked)   1.2.0     1200            0 s   -             -         yes     -',
    'b           1.2.0     1200            0 s   -0.04 s       1 s ago   -       -',
    '',
    'stream          position   lag   trouble',
    'farad-state-0   81214      0 s   -',
  ]);
});

test('a node that is away or in trouble, and a stream that stands still, make the exit code 3', async () => {
  const away = { ...b, there: false, release: null, lagSeconds: null, chargePoints: 0 };
  expect(await status(await gateway({ ...well, nodes: [a, away] }))).toBe(3);
  expect(out.join('\n')).toMatch(/^b +- +0 +- +-0\.04 s +1 s ago +- +away$/m);
  const troubled = { ...b, trouble: 'nats: \u001b[2Jis away' };
  expect(await status(await gateway({ ...well, nodes: [a, troubled] }))).toBe(3);
  expect(out.join('\n')).toContain('nats: ?[2Jis away');
  const shedding = { ...b, refuses: 'log_away' };
  expect(await status(await gateway({ ...well, nodes: [a, shedding] }))).toBe(3);
  expect(out.join('\n')).toMatch(/^b .* +- +takes no charge points \(log_away\)$/m);
  const halted = { ...stream, trouble: { reason: 'gap', cause: 'it begins at 9' } };
  expect(await status(await gateway({ ...well, streams: [halted] }))).toBe(3);
  expect(out.join('\n')).toContain('gap: it begins at 9');
});

test('a machine that works alone is well', async () => {
  expect(await status(await gateway({ clustered: false, nodes: [], streams: [] }))).toBe(0);
  expect(out).toEqual(['This machine works alone: cluster.nats.servers is empty.']);
});

test('what cannot be asked is said in one line', async () => {
  expect(await status(await gateway(well), 'another-key-0123456789')).toBe(1);
  expect(await status(directory())).toBe(1);
  expect(err[0]).toContain('GET /api/v1/cluster was answered with 401');
  expect(err[1]).toMatch(/^farad: no gateway runs on \S+$/);
  await runCommand(['cluster']);
  await runCommand(['cluster', 'statsu']);
  await runCommand(['cluster', 'status']);
  expect(err.slice(2)).toEqual([
    'farad: farad cluster needs a word: status, create, leave, forget, reseed, finish-upgrade',
    'farad: unknown: farad cluster statsu; did you mean status?',
    'farad: farad cluster status needs an API key: --api-key or FARAD_API_KEY',
  ]);
  expect(process.exitCode).toBe(2);
});

test('a word takes its own flags, and needs the settings of the cluster', async () => {
  await runCommand(['cluster', 'create', '--alone']);
  await runCommand(['cluster', 'create', 'a']);
  await runCommand(['cluster', 'leave']);
  await runCommand(['cluster', 'leave', '--alone']);
  expect(process.exitCode).toBe(2);
  const node = {
    'cluster-node': 'a',
    'cluster-nats-servers': 'nats://127.0.0.1:1',
    'clickhouse-url': 'http://127.0.0.1:1',
  };
  const settings = Object.entries(node).flatMap(([name, value]) => [`--${name}`, value]);
  await runCommand(['cluster', 'create', '--data-dir', directory(), ...settings]);
  expect(process.exitCode).toBe(1);
  expect(err).toEqual([
    'farad: farad cluster create has no flag --alone',
    'farad: farad cluster create takes no "a"',
    'farad: farad cluster leave needs --alone',
    'farad: farad cluster leave needs the settings of the cluster: cluster.nats.servers and cluster.node',
    expect.stringMatching(/^farad: dataDir \S+ holds nothing: a node may begin with that as it is$/),
  ]);
});

test('the data directory of a node does not work alone by itself', async () => {
  const dataDir = directory();
  const refusal = (flags = {}) => {
    refuseNodeAlone(loadConfig({ flags }), dataDir);
  };
  expect(refusal).not.toThrow();
  writeMembership(dataDir, { identity: 'log-1', node: 'a' });
  expect(refusal).toThrow(
    /is that of the node a of a cluster: set cluster\.nats\.servers, or .* leave --alone/,
  );
  writeMembership(dataDir, { identity: 'log-1', node: 'a', unfinished: 'create' });
  expect(refusal).toThrow(/^farad cluster create was interrupted on dataDir \S+: run it again$/);
  const servers = 'nats://127.0.0.1:4222';
  expect(() =>
    refusal({ 'cluster-nats-servers': servers, 'cluster-node': 'a', 'clickhouse-url': 'http://127.0.0.1:1' }),
  ).not.toThrow();
});
