import { expect, test } from 'vitest';
import { LogReach } from '../../../src/cluster/log-reach.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';

const SHED_AFTER = 20_000;

/** Two streams, a clock that the test sets, and the streams that were probed since the last look at them. */
function setUp() {
  const world = { now: 1_000_000, connected: true, probed: [] as string[] };
  const reach = new LogReach({
    streams: ['one', 'two'],
    shedAfter: SHED_AFTER,
    isConnected: () => world.connected,
    probe: (stream) => {
      world.probed.push(stream);
      reach.begin(stream);
    },
    registry: createRegistry({ process: 'edge-0' }),
    clock: () => world.now,
  });
  /** Lets so much time pass, with looks as in use. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 250) {
      world.now += 250;
      reach.look();
    }
  };
  return { world, reach, pass };
}

test('a stream is out once nothing of it was confirmed for so long, and back with the first confirmation', () => {
  const { reach, pass } = setUp();
  reach.begin('one');
  pass(10_000);
  reach.end('one', false);
  reach.begin('one');
  pass(SHED_AFTER - 10_250);
  expect(reach.isOut('one')).toBe(false);
  pass(250);
  expect([reach.isOut('one'), reach.isOut('two')]).toEqual([true, false]);
  expect(reach.unconfirmedFor('one')).toBe(SHED_AFTER);
  reach.end('one', true);
  expect(reach.isOut('one')).toBe(false);
});

test('while some are confirmed others may wait: the time begins with the last confirmation', () => {
  const { reach, pass } = setUp();
  reach.begin('one');
  reach.begin('one');
  pass(15_000);
  reach.end('one', true);
  pass(SHED_AFTER - 250);
  expect(reach.isOut('one')).toBe(false);
  pass(250);
  expect(reach.isOut('one')).toBe(true);
});

test('where nobody wants anything, a stream in doubt is probed, one probe at a time, until one is confirmed', () => {
  const { world, reach, pass } = setUp();
  pass(60_000);
  expect(world.probed).toEqual([]);
  reach.doubt('one');
  pass(5_000);
  expect(world.probed).toEqual(['one']);
  reach.end('one', false);
  pass(15_000);
  expect(world.probed).toEqual(['one', 'one']);
  expect(reach.isOut('one')).toBe(true);
  reach.end('one', true);
  pass(60_000);
  expect([world.probed.length, reach.isOut('one')]).toEqual([2, false]);
});

test('without a connection all streams are out after a while', () => {
  const { world, reach, pass } = setUp();
  world.connected = false;
  pass(SHED_AFTER + 250);
  expect(['one', 'two'].map((stream) => reach.isOut(stream))).toEqual([true, true]);
  world.connected = true;
  for (const stream of ['one', 'two']) reach.end(stream, true);
  expect(['one', 'two'].map((stream) => reach.isOut(stream))).toEqual([false, false]);
});

test('a process that stood still counts from when it runs again', () => {
  const { world, reach, pass } = setUp();
  reach.begin('one');
  pass(1_000);
  world.now += 60_000;
  expect(reach.isOut('one')).toBe(false);
  reach.look();
  expect(reach.isOut('one')).toBe(false);
  pass(SHED_AFTER - 250);
  expect(reach.isOut('one')).toBe(false);
  pass(250);
  expect(reach.isOut('one')).toBe(true);
});
