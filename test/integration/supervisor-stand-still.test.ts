import { expect, type TestContext, test } from 'vitest';
import { FakeGateway, type FakeGatewayOptions, temporaryDirectory, until } from './fake-gateway.ts';

/*
 * What a supervisor does about an event loop that stands still. Beside each other: nearly all of the time is
 * what it waits before it acts.
 */

function start(
  onTestFinished: TestContext['onTestFinished'],
  options: Omit<FakeGatewayOptions, 'dataDir'> = {},
): FakeGateway {
  const directory = temporaryDirectory();
  const gateway = new FakeGateway({ dataDir: directory.path, ...options });
  onTestFinished(async () => {
    await gateway.destroy();
    directory.remove();
  });
  return gateway;
}

test.concurrent('an edge whose event loop is blocked is ended once, with the reason', {
  timeout: 120_000,
}, async ({ onTestFinished }) => {
  const gateway = start(onTestFinished, { behaviour: { 'edge-0': { blocks: true } } });
  const before = await gateway.serving();
  await until(
    'a new edge has taken its place',
    () => gateway.events('edge-0', 'ready').length === 2,
    100_000,
  );
  expect(gateway.events('edge-0', 'ready')[0]?.pid).toBe(before.processes['edge-0']);
  const lines = gateway.log().filter((line) => line.level === 'error');
  expect(lines).toMatchObject([
    { name: 'event loop of edge-0', msg: 'something has work and stands still' },
    { name: 'event loop of edge-0', msg: 'is set going again' },
    { reason: 'its event loop did not answer any more', msg: 'edge-0 ended and is started again' },
  ]);
  expect(gateway.events('control', 'ready')).toHaveLength(1);
});

test.concurrent('an edge that was stopped and continued is not ended', { timeout: 120_000 }, async ({
  onTestFinished,
}) => {
  const gateway = start(onTestFinished);
  const { processes } = await gateway.serving();
  const pid = processes['edge-0'] as number;
  process.kill(pid, 'SIGSTOP');
  try {
    await until(
      'it is told',
      () => gateway.log().some((line) => line.name === 'event loop of edge-0'),
      60_000,
    );
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('it is told that it goes on', () => gateway.log().some((line) => line.msg === 'moves again'));
  expect(gateway.log().filter((line) => line.msg === 'is set going again')).toEqual([]);
  expect(gateway.events('edge-0', 'started')).toHaveLength(1);
});
