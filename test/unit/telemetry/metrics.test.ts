import { expect, test } from 'vitest';
import { createRegistry, MAX_CHILDREN } from '../../../src/telemetry/metrics.ts';

test('a counter counts per label value', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const calls = registry.counter('calls_total', 'Calls.', ['action']);
  const heartbeats = calls.with({ action: 'Heartbeat' });
  heartbeats.inc();
  heartbeats.inc(2);
  calls.with({ action: 'Authorize' }).inc();
  expect(calls.with({ action: 'Heartbeat' })).toBe(heartbeats);
  expect(registry.collect()).toEqual([
    {
      type: 'counter',
      name: 'calls_total',
      help: 'Calls.',
      process: 'edge-0',
      samples: [
        { labels: { action: 'Heartbeat' }, value: 3 },
        { labels: { action: 'Authorize' }, value: 1 },
      ],
    },
  ]);
});

test('a histogram puts an observation on a bound into that bucket, and what lies above into the last', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const latency = registry.histogram('latency_seconds', 'Latency.', [0.1, 1]).with();
  for (const seconds of [0.05, 0.1, 0.5, 1, 7]) latency.observe(seconds);
  expect(latency.counts).toEqual([2, 2, 1]);
  expect(latency.sum).toBeCloseTo(8.65);
});

test('a gauge is set, moved, or read when metrics are collected', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const depth = registry.gauge('depth', 'Depth.', ['queue']);
  depth.with({ queue: 'a' }).set(5);
  depth.with({ queue: 'a' }).add(-2);
  let live = 1;
  depth.with({ queue: 'b' }).readFrom(() => live);
  live = 9;
  expect(registry.collect()[0]?.samples.map((sample) => 'value' in sample && sample.value)).toEqual([3, 9]);
});

test('gauges can be refreshed before each collection, and forgotten', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const lanes = registry.gauge('lanes', 'Lanes.', ['lane']);
  let current = ['1', '2'];
  registry.beforeCollect(() => {
    lanes.clear();
    for (const lane of current) lanes.with({ lane }).set(1);
  });
  expect(registry.collect()[0]?.samples).toHaveLength(2);
  current = ['2'];
  expect(registry.collect()[0]?.samples.map(({ labels }) => labels)).toEqual([{ lane: '2' }]);
});

test('label values from the wire cannot grow a metric without end', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const calls = registry.counter('calls_total', 'Calls.', ['action']);
  for (let index = 0; index < MAX_CHILDREN + 50; index++) calls.with({ action: `Invented${index}` }).inc();
  const samples = registry.collect()[0]?.samples ?? [];
  expect(samples).toHaveLength(MAX_CHILDREN + 1);
  expect(samples.at(-1)).toEqual({ labels: { action: 'other' }, value: 50 });
});

test('a name asked for twice is one metric; with another type or other labels it is a mistake', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const first = registry.counter('calls_total', 'Calls.', ['action']);
  expect(registry.counter('calls_total', 'Calls.', ['action'])).toBe(first);
  expect(() => registry.counter('calls_total', 'Calls.', ['code'])).toThrow(TypeError);
  expect(() => registry.gauge('calls_total', 'Calls.', ['action'])).toThrow(TypeError);
});

test('bad names and missing labels are mistakes', () => {
  const registry = createRegistry({ process: 'edge-0' });
  expect(() => registry.counter('calls total', 'Calls.')).toThrow(TypeError);
  expect(() => registry.counter('calls_total', 'Calls.', ['process'])).toThrow(TypeError);
  expect(() => registry.counter('more_total', 'More.', ['action']).with({})).toThrow(
    'needs the label action',
  );
});

test('what is collected survives the way to another process', () => {
  const registry = createRegistry({ process: 'edge-0' });
  registry.histogram('latency_seconds', 'Latency.', [1], ['action']).with({ action: 'Reset' }).observe(0.5);
  registry.gauge('depth', 'Depth.').with().set(Number.POSITIVE_INFINITY);
  expect(structuredClone(registry.collect())).toEqual(registry.collect());
});
