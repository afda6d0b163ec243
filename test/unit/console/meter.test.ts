import { expect, test } from 'vitest';
import { readExposition } from '../../../src/console/exposition.ts';
import { latestByConnector, powerFromEnergy } from '../../../src/console/meter.ts';
import type { MeterSample } from '../../../src/console/model.ts';

function sample(more: Partial<MeterSample>): MeterSample {
  return {
    connectorId: 1,
    transactionId: 1,
    measurand: 'Power.Active.Import',
    phase: '',
    location: 'Outlet',
    unit: 'W',
    time: '2026-03-01T12:00:00.000Z',
    value: 0,
    ...more,
  };
}

test('a card shows the newest total of each connector, kW as W, phases left out', () => {
  const latest = latestByConnector([
    sample({ value: 3.5, phase: 'L1' }),
    sample({ value: 10.5, unit: 'kW' }),
    sample({ value: 9000 }),
    sample({ measurand: 'SoC', unit: 'Percent', location: 'EV', value: 41 }),
    sample({ connectorId: 2, value: 7 }),
  ]);
  expect(Object.fromEntries(latest)).toEqual({
    1: { powerW: 10_500, soc: 41 },
    2: { powerW: 7 },
  });
});

test('where no power is told, it is what the energy rose by', () => {
  const powers = powerFromEnergy(
    new Map([
      [0, 1000],
      [60, 1100],
      [3660, 1100],
    ]),
  );
  expect([...powers]).toEqual([
    [0, 6000],
    [60, 0],
  ]);
});

test('reads the highest value per process out of the metrics, and only what is wanted', () => {
  const text = [
    '# TYPE a gauge',
    'a{process="edge-0",quantile="max"} 0.5',
    'a{process="edge-0",quantile="mean"} 0.1',
    'b{process="edge-0"} 7',
    'a{process="control"} 2e-3',
  ].join('\n');
  expect(readExposition(text, ['a'])).toEqual(
    new Map([
      [
        'a',
        new Map([
          ['edge-0', 0.5],
          ['control', 0.002],
        ]),
      ],
    ]),
  );
});
