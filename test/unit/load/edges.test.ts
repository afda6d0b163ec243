import { expect, test } from 'vitest';
import { edgesTogether } from '../../../load/edges.ts';
import type { Second } from '../../../load/measurements.ts';

const MIB = 1024 ** 2;

function second(phase: Second['phase'], openSockets: number, memory: Record<string, number>): Second {
  const processes = Object.entries(memory).map(([name, mebibytes]) => [
    name,
    { cpu: 0.5, mainThreadCpu: 0.4, waiting: 0, memory: mebibytes * MIB },
  ]);
  return { phase, openSockets, processes: Object.fromEntries(processes) } as Second;
}

test('memory of all edges counts together, that of other processes does not', () => {
  const seconds = [
    second('ramp', 10, { 'edge-0': 900, 'edge-1': 900 }),
    second('load', 1_024, { 'edge-0': 60, 'edge-1': 70, control: 500, 'simulator-0': 500 }),
    second('load', 1_024, { 'edge-0': 50, 'edge-1': 52, control: 500, 'simulator-0': 500 }),
    second('wind-down', 10, { 'edge-0': 900, 'edge-1': 900 }),
  ];
  expect(edgesTogether(seconds)).toEqual({
    edges: 2,
    cpu: 1,
    lastMemory: 102 * MIB,
    peakMemory: 130 * MIB,
    memoryPerSocket: 102 * 1024,
  });
});

test('a server without processes of that name has none', () => {
  expect(edgesTogether([second('load', 5, { 'node-12': 60 })])).toBeUndefined();
  expect(edgesTogether([])).toBeUndefined();
});
