import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Link } from '../../../src/link/link.ts';
import { LinkError } from '../../../src/link/link-error.ts';
import type { AnalyticsRows } from '../../../src/link/methods.ts';
import { createRelay, type Relay } from '../../../src/link/relay.ts';
import { forkPeer } from './forked-peers.ts';

let relay: Relay;
let supervisor: Link;
let children: ChildProcess[];

beforeEach(() => {
  relay = createRelay({ maxCallsPerProcess: 50 });
  supervisor = relay.join('supervisor');
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
});

async function fork(...names: string[]): Promise<ChildProcess[]> {
  const forked = await Promise.all(names.map((name) => forkPeer(relay, name)));
  children.push(...forked);
  return forked;
}

function query(to: string, name: string, parameters = {}, deadlineMs = 5000): Promise<AnalyticsRows> {
  return supervisor.call(to, 'analytics.query', { name, parameters }, { deadlineMs });
}

/** Lets the process `via` call `to`, and tells what came of it. */
function callVia(via: string, to: string, name: string, more: { count?: number; deadlineMs?: number } = {}) {
  return query(via, 'call', { to, name, parameters: {}, ...more }, 20_000).then((answer) =>
    answer.ok ? answer.rows : [],
  );
}

function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error) => (error instanceof LinkError ? error.code : `unexpected ${error}`),
  );
}

test('a call reaches the process it names, through the supervisor, and its answer comes back', async () => {
  await fork('control', 'analytics');
  const parameters = {
    from: 'x',
    at: new Date(0),
    big: 12345678901234567890n,
    bytes: new Uint8Array([1, 2]),
  };
  expect(await query('analytics', 'echo', parameters)).toEqual({
    ok: true,
    rows: [{ ...parameters, from: 'supervisor' }],
  });
  expect(await callVia('control', 'analytics', 'echo')).toEqual([{ from: 'control' }]);
  expect(await supervisor.call('analytics', 'health.read', {})).toEqual({ ready: true, problems: [] });
});

test('each process knows which others can be called, and learns when one ends', async () => {
  const [control] = await fork('control', 'analytics');
  expect(await query('analytics', 'peers')).toEqual({
    ok: true,
    rows: [{ peer: 'supervisor' }, { peer: 'control' }],
  });
  expect([...supervisor.peers()].sort()).toEqual(['analytics', 'control']);
  const ended = new Promise((resolve) => control?.once('exit', resolve));
  control?.kill('SIGKILL');
  await ended;
  expect(await query('analytics', 'peers')).toEqual({ ok: true, rows: [{ peer: 'supervisor' }] });
  expect(await codeOf(query('control', 'echo'))).toBe('no_such_process');
});

test('what the other process throws is a failed call with its message, and so is a method it does not serve', async () => {
  await fork('analytics');
  await expect(query('analytics', 'fail')).rejects.toMatchObject({
    code: 'failed',
    message: 'no such table',
  });
  await expect(
    supervisor.call('analytics', 'events.read', { topics: [], limit: 1, waitMs: 0 }),
  ).rejects.toMatchObject({ code: 'failed', message: 'analytics does not serve events.read' });
});

test('a call that stays unanswered times out at its deadline, and only that one', async () => {
  await fork('control', 'analytics');
  expect(await codeOf(query('analytics', 'never', {}, 50))).toBe('timeout');
  expect(await callVia('control', 'analytics', 'never', { deadlineMs: 50 })).toEqual([{ code: 'timeout' }]);
  expect(await query('analytics', 'echo')).toMatchObject({ ok: true });
});

test('a process that dies with calls in flight loses them at once', async () => {
  const [, analytics] = await fork('control', 'analytics');
  const waiting = callVia('control', 'analytics', 'never', { count: 3, deadlineMs: 20_000 });
  expect(await codeOf(query('analytics', 'die', { inFlight: 3 }, 20_000))).toBe('lost');
  expect(await waiting).toEqual([{ code: 'lost' }, { code: 'lost' }, { code: 'lost' }]);
  expect(analytics?.signalCode).toBe('SIGKILL');
});

test('calls in flight to one process are bounded: what comes on top is busy and is not sent', async () => {
  await fork('control', 'analytics');
  const results = await callVia('control', 'analytics', 'never', { count: 60, deadlineMs: 300 });
  const codes = results.map(({ code }) => code);
  expect(codes.filter((code) => code === 'timeout')).toHaveLength(50);
  expect(codes.filter((code) => code === 'busy')).toHaveLength(10);
});

test('every process answers for its metrics', async () => {
  await fork('edge-0');
  const families = await supervisor.call('edge-0', 'metrics.read', {});
  expect(families.find(({ name }) => name === 'farad_process_cpu_seconds_total')).toMatchObject({
    process: 'edge-0',
  });
});
