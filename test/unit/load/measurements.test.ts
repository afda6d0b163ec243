import { expect, test, vi } from 'vitest';
import type { FleetReport } from '../../../load/fleet-messages.ts';
import { LatencyBuffer } from '../../../load/latency-buffer.ts';
import { LatencyHistogram } from '../../../load/latency-histogram.ts';
import { Measurements } from '../../../load/measurements.ts';
import { shareOut } from '../../../load/simulators.ts';
import { newTraffic } from '../../../src/simulator/recorder.ts';

const report = (change: Partial<FleetReport>): FleetReport => ({
  type: 'report',
  phase: 'load',
  sinceDue: {},
  sinceSent: {},
  traffic: newTraffic(),
  confirmedSamples: 0,
  startedTransactions: 0,
  problemCounts: {},
  problems: [],
  settled: false,
  ...change,
});

/** Excuses nothing. */
const nothing = (): boolean => false;

test('percentiles come out as they went in, to three digits', () => {
  const buffer = new LatencyBuffer();
  for (let ms = 1; ms <= 10_000; ms++) buffer.add(ms);
  const histogram = new LatencyHistogram();
  histogram.addAll(buffer.take() ?? new Uint32Array());
  const summary = histogram.summary();
  expect(summary.count).toBe(10_000);
  for (const [value, exact] of [
    [summary.p50, 5_000],
    [summary.p95, 9_500],
    [summary.p99, 9_900],
    [summary.p999, 9_990],
    [summary.max, 10_000],
  ] as const) {
    expect(Math.abs(value - exact) / exact).toBeLessThan(0.002);
  }
  expect(buffer.take()).toBeUndefined();
});

test('a wait beyond what the counters hold is counted as the longest, not as a short one', () => {
  const buffer = new LatencyBuffer();
  buffer.add(1e9);
  buffer.add(-0.4);
  const taken = buffer.take() ?? new Uint32Array();
  expect([...taken]).toEqual([4_294_967_295, 0]);
  const histogram = new LatencyHistogram();
  histogram.addAll(taken);
  expect(histogram.summary().max).toBeGreaterThan(3.5e6);
});

test('latencies of one phase do not mix with those of another, nor one action with another', () => {
  const measurements = new Measurements();
  measurements.add(report({ phase: 'ramp', sinceDue: { Authorize: Uint32Array.of(900_000) } }), nothing);
  measurements.add(
    report({ sinceDue: { Authorize: Uint32Array.of(1_000, 2_000), Heartbeat: Uint32Array.of(5_000) } }),
    nothing,
  );
  const rows = measurements
    .actions()
    .map(({ phase, action, sinceDue }) => [phase, action, sinceDue.count, Math.round(sinceDue.max)]);
  expect(rows).toEqual([
    ['ramp', 'Authorize', 1, 900],
    ['load', 'Authorize', 2, 2],
    ['load', 'Heartbeat', 1, 5],
  ]);
});

test('a second has the rates of that second and the latencies of that second only', async () => {
  const measurements = new Measurements();
  const traffic = { ...newTraffic(), framesSent: 600, framesReceived: 400 };
  measurements.add(report({ sinceDue: { Authorize: Uint32Array.of(8_000) } }), nothing);
  const first = measurements.tick('load', [report({ traffic, confirmedSamples: 700 })], {});
  const second = measurements.tick('load', [report({ traffic, confirmedSamples: 700 })], {});
  expect(first.framesPerSecond).toBeGreaterThan(0);
  expect(first.samplesPerSecond / first.framesPerSecond).toBeCloseTo(0.7, 1);
  expect(first.latency.Authorize?.count).toBe(1);
  expect([second.framesPerSecond, second.samplesPerSecond, second.latency]).toEqual([0, 0, {}]);
});

test('drops are excused only while an edge is being killed, and other problems never', () => {
  const measurements = new Measurements();
  const problemCounts = { dropped: 2, 'unanswered Authorize': 1 };
  measurements.add(report({ problemCounts }), (kind) => kind === 'dropped');
  measurements.add(report({ problemCounts }), nothing);
  expect(measurements.excusedCounts).toEqual({ dropped: 2 });
  expect(measurements.problemCounts).toEqual({ dropped: 2, 'unanswered Authorize': 2 });
});

test('a fleet is shared out whole: every charge point once', () => {
  const whole = { chargePoints: 37_001 } as Parameters<typeof shareOut>[0];
  const orders = shareOut(whole, 3);
  expect(orders.map(({ firstIndex, chargePoints }) => [firstIndex, chargePoints])).toEqual([
    [0, 12_334],
    [12_334, 12_334],
    [24_668, 12_333],
  ]);
  expect(shareOut({ ...whole, chargePoints: 2 }, 4)).toHaveLength(2);
});

test('latency is told minute by minute, whole minutes of the load only', () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const measurements = new Measurements();
    measurements.add(report({ phase: 'ramp', sinceDue: { Authorize: Uint32Array.of(900_000) } }), nothing);
    measurements.tick('ramp', [], {});
    for (let second = 0; second <= 130; second++) {
      now += 1_000;
      const latency = second <= 60 ? 1_000 : 5_000;
      measurements.add(report({ sinceDue: { Authorize: Uint32Array.of(latency) } }), nothing);
      measurements.tick('load', [], {});
    }
    expect(measurements.minutes).toMatchObject([
      { at: 61, latency: { Authorize: { count: 61, max: 1 } } },
      { at: 121, latency: { Authorize: { count: 60, max: 5 } } },
    ]);
  } finally {
    clock.mockRestore();
  }
});
