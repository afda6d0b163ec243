import { expect, test } from 'vitest';
import type { Phase } from '../../../load/fleet-messages.ts';
import type { Second } from '../../../load/measurements.ts';
import { leastSquares, memorySlopes } from '../../../load/steadiness.ts';

const MIB = 1024 ** 2;

/** A run of 30 s of ramp and `loadSeconds` of load whose edge holds `memory` MiB at each second. */
function run(loadSeconds: number, memory: (second: number) => number): Second[] {
  return Array.from({ length: 30 + loadSeconds }, (_, place) => {
    const phase: Phase = place < 30 ? 'ramp' : 'load';
    const use = { cpu: 0, mainThreadCpu: 0, waiting: 0, memory: memory(place + 1) * MIB };
    return {
      at: place + 1,
      phase,
      openSockets: 0,
      booted: 0,
      openTransactions: 0,
      waitingCalls: 0,
      framesPerSecond: 0,
      samplesPerSecond: 0,
      latency: {},
      processes: { 'edge-0': use },
      elsewhereCpu: 0,
    };
  });
}

test('a leak shows as MiB per hour, whatever garbage collections do in between', () => {
  const sawtooth = (second: number): number => 200 + second / 60 + (second % 7);
  const [slope] = memorySlopes(run(900, sawtooth));
  expect(slope?.process).toBe('edge-0');
  expect(slope?.mibPerHour).toBeGreaterThan(58);
  expect(slope?.mibPerHour).toBeLessThan(62);
  expect(slope?.error).toBeLessThan(2);
  expect(slope?.overSeconds).toBe(450);
});

test('what a process grows to in the first half is no leak', () => {
  const [slope] = memorySlopes(run(600, (second) => 200 + 2 * Math.min(second, 325)));
  expect(slope?.mibPerHour).toBe(0);
});

test('a run too short for a line has none', () => {
  expect(memorySlopes(run(50, () => 200))).toEqual([]);
});

test('the slope of a line that is scattered evenly has the textbook error', () => {
  // Residues 1, -1, -1, 1 about y = 2x + 1: s² = 4 / 2, over a spread of 5.
  const { slope, error } = leastSquares([
    { x: 0, y: 2 },
    { x: 1, y: 2 },
    { x: 2, y: 4 },
    { x: 3, y: 8 },
  ]);
  expect(slope).toBeCloseTo(2, 12);
  expect(error).toBeCloseTo(Math.sqrt(4 / 2 / 5), 12);
});
