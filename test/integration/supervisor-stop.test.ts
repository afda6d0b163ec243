import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  FakeGateway,
  type FakeGatewayOptions,
  isRunning,
  temporaryDirectory,
  until,
} from './fake-gateway.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let gateways: FakeGateway[];

beforeEach(() => {
  directory = temporaryDirectory();
  gateways = [];
});

afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.destroy()));
  directory.remove();
});

function start(options: Omit<FakeGatewayOptions, 'dataDir'> = {}): FakeGateway {
  const gateway = new FakeGateway({ dataDir: directory.path, ...options });
  gateways.push(gateway);
  return gateway;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops every process gracefully and exits with 0`, async () => {
    const gateway = start();
    const { processes } = await gateway.serving();
    gateway.child.kill(signal);
    expect(await gateway.exited()).toEqual({ code: 0, signal: null });
    expect(gateway.events(undefined, 'stopping').map(({ reason }) => reason)).toEqual([
      'asked',
      'asked',
      'asked',
    ]);
    expect(Object.values(processes).some(isRunning)).toBe(false);
    expect(gateway.endpoints()).toBeUndefined();
  });
}

test('SIGHUP has every edge read its certificates again, and stops nothing', async () => {
  const gateway = start();
  const { processes } = await gateway.serving();
  gateway.child.kill('SIGHUP');
  // As a whole group gets it.
  for (const pid of Object.values(processes)) process.kill(pid, 'SIGHUP');
  await until('the edge reads again', () => gateway.events('edge-0', 'reload').length === 1);
  expect(gateway.events('analytics', 'reload')).toEqual([]);
  expect(Object.values(processes).every(isRunning)).toBe(true);
  gateway.child.kill('SIGTERM');
  expect(await gateway.exited()).toEqual({ code: 0, signal: null });
});

test('Ctrl-C reaches the children and arrives twice, and is still one graceful stop', async () => {
  const gateway = start();
  const { processes } = await gateway.serving();
  for (const pid of Object.values(processes)) process.kill(pid, 'SIGINT');
  // From the terminal, and passed on by npm.
  gateway.child.kill('SIGINT');
  gateway.child.kill('SIGTERM');
  expect(await gateway.exited()).toEqual({ code: 0, signal: null });
  expect(gateway.events(undefined, 'stopping')).toHaveLength(3);
});

test('a process that does not stop in time is killed', async () => {
  const gateway = start({ behaviour: { control: { ignoresStop: true } }, stopGraceMs: 300 });
  const { processes } = await gateway.serving();
  gateway.child.kill('SIGTERM');
  expect(await gateway.exited()).toEqual({ code: 0, signal: null });
  expect(isRunning(processes.control as number)).toBe(false);
  expect(gateway.stderr).toContain('control did not stop in time and is killed');
});

test('with a drain the edges stop first, and what does not stop is killed after the drain and the grace', async () => {
  const gateway = start({ behaviour: { 'edge-0': { ignoresStop: true } }, stopGraceMs: 800, drain: '600ms' });
  const { processes } = await gateway.serving();
  const askedAt = performance.now();
  gateway.child.kill('SIGTERM');
  await until('the edge is asked', () => gateway.events('edge-0', 'stopping').length === 1);
  expect(gateway.events('control', 'stopping')).toEqual([]);
  await until('control is asked', () => gateway.events('control', 'stopping').length === 1);
  // Not before half of the grace is over, so that it can tell of the drain.
  expect(performance.now() - askedAt).toBeGreaterThan(900);
  expect(isRunning(processes['edge-0'] as number)).toBe(true);
  expect(await gateway.exited()).toEqual({ code: 0, signal: null });
  expect(performance.now() - askedAt).toBeGreaterThan(1300);
  expect(gateway.stderr).toContain('edge-0 did not stop in time and is killed');
});

test('with a drain that is over early nobody waits for the rest of it', async () => {
  const gateway = start({ drain: '1h' });
  await gateway.serving();
  gateway.child.kill('SIGTERM');
  expect(await gateway.exited()).toEqual({ code: 0, signal: null });
  expect(gateway.events(undefined, 'stopping')).toHaveLength(3);
});

test('a second signal does not wait for anyone', async () => {
  const gateway = start({ behaviour: { control: { ignoresStop: true } } });
  const { processes } = await gateway.serving();
  gateway.child.kill('SIGTERM');
  await until('control is asked to stop', () => gateway.events('control', 'stopping').length === 1);
  await until('the supervisor takes the insisting signal', () => {
    gateway.child.kill('SIGTERM');
    return gateway.child.exitCode !== null;
  });
  expect(gateway.child.exitCode).toBe(1);
  await until('control is gone', () => !isRunning(processes.control as number));
});

test('a stop while a process is still starting ends the start', async () => {
  const gateway = start({
    behaviour: { analytics: { exitCode: 1 } },
    backOff: { first: 60_000, longest: 60_000, stableAfter: 60_000 },
  });
  await until('analytics has ended', () => gateway.log().some((line) => line.reason === 'exit code 1'));
  gateway.child.kill('SIGTERM');
  expect(await gateway.exited()).toEqual({ code: 0, signal: null });
});

test('SIGKILL of the supervisor leaves no orphan after 500 ms, and the next start just works', async () => {
  const killed = start({ behaviour: { control: { ignoresStop: true } } });
  const before = await killed.serving();
  await killed.kill();
  const killedAt = performance.now();
  await until('every process has ended', () => !Object.values(before.processes).some(isRunning));
  // 500 ms is the promise; the rest is what a busy machine may add.
  expect(performance.now() - killedAt).toBeLessThan(1500);

  const after = await start().serving();
  expect(after.pid).not.toBe(before.pid);
});

test('a start waits for the children of a killed supervisor to vanish', async () => {
  const killed = start();
  const before = await killed.serving();
  const stuck = before.processes.analytics as number;
  process.kill(stuck, 'SIGSTOP');
  await killed.kill();
  const next = start();
  await until('the other children have ended', () => !isRunning(before.processes.control as number));
  expect(next.events()).toEqual([]);
  await next.serving();
  expect(isRunning(stuck)).toBe(false);
});

test('a data directory in use is refused with one line', async () => {
  const first = start();
  await first.serving();
  const second = start();
  expect(await second.exited()).toEqual({ code: 1, signal: null });
  expect(second.stderr).toBe(
    `farad: ${directory.path} is in use by another Farad (process ${first.child.pid})\n`,
  );
  expect(second.events()).toEqual([]);
  expect(first.endpoints()?.pid).toBe(first.child.pid);
});

test('of several starts at once one serves', async () => {
  const contenders = [start(), start(), start()];
  await until('two have given up', () => contenders.filter((one) => one.child.exitCode === 1).length === 2);
  const winner = contenders.find((one) => one.child.exitCode === null);
  const { pid } = (await winner?.serving()) ?? {};
  expect(pid).toBe(winner?.child.pid);
});

test('npx that is stopped takes the gateway with it, though its shell passes no signal on', async () => {
  const gateway = start({ shell: true });
  const { pid } = await gateway.serving();
  expect(pid).not.toBe(gateway.child.pid);
  gateway.child.kill('SIGTERM');
  await until('the supervisor has stopped', () => !isRunning(pid));
  expect(gateway.events(undefined, 'stopping').map(({ reason }) => reason)).toEqual([
    'asked',
    'asked',
    'asked',
  ]);
});

test('a gateway stops gracefully when the channel to its starter closes', async () => {
  const gateway = start({ channel: true });
  const { processes } = await gateway.serving();
  gateway.child.disconnect();
  await until('the supervisor has ended', () => gateway.child.exitCode !== null);
  expect(gateway.child.exitCode).toBe(0);
  await until('its output is read', () => gateway.events(undefined, 'stopping').length === 3);
  expect(gateway.events(undefined, 'stopping').every(({ reason }) => reason === 'asked')).toBe(true);
  expect(Object.values(processes).some(isRunning)).toBe(false);
});

test('a starter that asks for a stop and then ends has not insisted', async () => {
  const gateway = start({
    channel: true,
    behaviour: { control: { ignoresStop: true } },
    stopGraceMs: 1500,
  });
  await gateway.serving();
  gateway.child.kill('SIGTERM');
  await until('control is asked to stop', () => gateway.events('control', 'stopping').length === 1);
  const askedAt = performance.now();
  await until('a second signal would be another wish', () => performance.now() - askedAt > 600);
  gateway.child.disconnect();
  await until('the supervisor has ended', () => gateway.child.exitCode !== null);
  expect(gateway.child.exitCode).toBe(0);
  await until('its log is read', () => gateway.stderr.includes('control did not stop in time and is killed'));
});
