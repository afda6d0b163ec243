import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeGateway, type FakeGatewayOptions, temporaryDirectory, until } from './fake-gateway.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let gateway: FakeGateway;

beforeEach(() => {
  directory = temporaryDirectory();
});

afterEach(async () => {
  await gateway.destroy();
  directory.remove();
});

function start(options: Omit<FakeGatewayOptions, 'dataDir'> = {}): FakeGateway {
  gateway = new FakeGateway({ dataDir: directory.path, ...options });
  return gateway;
}

test('a start brings up every process and writes where the gateway is found', async () => {
  const endpoints = await start().serving();
  expect(endpoints.pid).toBe(gateway.child.pid);
  expect(endpoints.ocpp).toBe(`ws://127.0.0.1:${gateway.events('edge-0', 'ready')[0]?.bound}/ocpp`);
  expect(endpoints.api).toBe(`http://127.0.0.1:${gateway.events('control', 'ready')[0]?.bound}`);
  const pids = Object.fromEntries(gateway.events(undefined, 'ready').map(({ name, pid }) => [name, pid]));
  expect(endpoints.processes).toEqual(pids);
  expect(gateway.stdout).toContain(`"ocpp":"${endpoints.ocpp}"`);
  expect(gateway.stdout).not.toContain('newKey');
  expect(gateway.events('edge-0', 'started')[0]).toMatchObject({
    title: 'farad edge-0',
    dataDir: directory.path,
  });
});

test('an API key that control generated is printed once', async () => {
  await start({ behaviour: { control: { newKey: 'farad_secret' } } }).serving();
  expect(gateway.stdout.match(/farad_secret/g)).toHaveLength(1);
  expect(gateway.stderr).not.toContain('farad_secret');
});

test('a killed process comes back on the port it had, and the reason is logged', async () => {
  const before = await start().serving();
  process.kill(before.processes['edge-0'] as number, 'SIGKILL');
  const after = await until('endpoints.json names the new edge', () => {
    const endpoints = gateway.endpoints();
    return endpoints?.processes['edge-0'] !== before.processes['edge-0'] ? endpoints : undefined;
  });
  expect(after.ocpp).toBe(before.ocpp);
  expect(after.processes.control).toBe(before.processes.control);
  expect(gateway.events('edge-0', 'ready')[1]).toMatchObject({ asked: Number(new URL(before.ocpp).port) });
  expect(gateway.log().find((line) => line.level === 'error')).toMatchObject({
    reason: 'signal SIGKILL',
    msg: 'edge-0 ended and is started again',
  });
});

test('several edges share the port that the first one bound; a single one has it to itself', async () => {
  await start({ names: ['edge-0', 'edge-1', 'edge-2', 'control', 'analytics'] }).serving();
  const [first, ...others] = gateway
    .events(undefined, 'ready')
    .filter(({ name }) => String(name).startsWith('edge'));
  expect(others.map(({ asked }) => asked)).toEqual([first?.bound, first?.bound]);
  expect(gateway.events('edge-1', 'started')[0]).toMatchObject({ exclusive: false });
  await gateway.destroy();
  await start().serving();
  expect(gateway.events('edge-0', 'started')[0]).toMatchObject({ exclusive: true });
});

test('a process that keeps ending is started later and later, and the gateway that never was up gives up', async () => {
  start({
    behaviour: { analytics: { exitCode: 3 } },
    backOff: { first: 10, longest: 40, stableAfter: 60_000 },
  });
  expect(await gateway.exited()).toEqual({ code: 1, signal: null });
  const restarts = gateway.log().filter((line) => line.reason === 'exit code 3');
  expect(restarts.map((line) => line.restartInMs)).toEqual([10, 20, 40, 40]);
  expect(gateway.stderr).toContain('farad: analytics ended 5 times in a row (exit code 3)\n');
});

test('a process that refuses to start ends the start with its own line', async () => {
  start({ behaviour: { 'edge-0': { refuse: 'ocpp.port 9220 is in use' } } });
  expect(await gateway.exited()).toEqual({ code: 1, signal: null });
  expect(gateway.stderr).toContain('farad: ocpp.port 9220 is in use\n');
  expect(gateway.events('edge-0', 'started')).toHaveLength(1);
  expect(gateway.endpoints()).toBeUndefined();
});

/** Fields of /proc/PID/stat, counted from the state, which is the third. */
const NICE = 16;
const POLICY = 38;
const SCHED_OTHER = 0;
const SCHED_IDLE = 5;

/** What all threads of a process have in this field. */
function ofThreads(pid: number, field: number): Set<number> {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[field]);
  });
  return new Set(threads);
}

test('analytics runs at a lower priority, in every thread', async () => {
  const { processes } = await start({ nice: { analytics: 10 } }).serving();
  expect(ofThreads(processes.analytics as number, NICE)).toEqual(new Set([10]));
  expect(ofThreads(processes.control as number, NICE)).toEqual(new Set([0]));
});

test('a process of the idle class gets only the cores that are left over, after a restart too', async () => {
  const gateway = start({ plans: { analytics: { idleClass: true } } });
  const { processes } = await gateway.serving();
  const isIdle = (pid: number) => [...ofThreads(pid, POLICY)].every((policy) => policy === SCHED_IDLE);
  await until('analytics gives way', () => isIdle(processes.analytics as number));
  expect(ofThreads(processes.control as number, POLICY)).toEqual(new Set([SCHED_OTHER]));

  process.kill(processes.analytics as number, 'SIGKILL');
  await until('analytics is back and gives way', () => {
    const [, again] = gateway.events('analytics', 'ready');
    return again && isIdle(again.pid as number);
  });
});

test('a process gets what its plan says about Node and the environment, after a restart too, and no other does', async () => {
  const plan = { nodeFlags: ['--max-semi-space-size=4'], environment: { MALLOC_ARENA_MAX: '2' } };
  const gateway = start({ plans: { 'edge-0': plan } });
  const { processes } = await gateway.serving();
  process.kill(processes['edge-0'] as number, 'SIGKILL');
  await until('the edge is back', () => gateway.events('edge-0', 'ready').length === 2);
  const setUps = gateway.events(undefined, 'set up').map(({ name, flags, arenas }) => [name, flags, arenas]);
  expect(setUps.filter(([name]) => name === 'edge-0')).toEqual([
    ['edge-0', plan.nodeFlags, '2'],
    ['edge-0', plan.nodeFlags, '2'],
  ]);
  expect(setUps.find(([name]) => name === 'control')).toEqual(['control', [], undefined]);
});
