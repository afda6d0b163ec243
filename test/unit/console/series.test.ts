import { expect, test } from 'vitest';
import type { MeterSample } from '../../../src/console/model.ts';
import { seriesOf } from '../../../src/console/pages/transaction/series.ts';

const time = (minute: number) => new Date(Date.UTC(2026, 10, 29, 8, minute)).toISOString();
const NOTHING = { powers: [], charges: [], offers: [], limits: [] };
const energy = [
  { time: time(0), energyWh: 0 },
  { time: time(30), energyWh: 4000 },
  { time: time(50), energyWh: 4000 },
];

test('the energy of a transaction is drawn as the API tells it, and its power follows where no meter tells it', () => {
  const { energyWh, powerW, charts } = seriesOf({ ...NOTHING, energy });
  expect(energyWh).toEqual([0, 4000, 4000]);
  expect(powerW).toEqual([8000, 0, null]);
  expect(charts.map(({ lines }) => lines[0]?.values)).toEqual([
    [8, 0, undefined],
    [0, 4, 4],
  ]);
});

test('power that a meter tells comes before what follows from energy', () => {
  const power: MeterSample = {
    connectorId: 1,
    transactionId: 1,
    measurand: 'Power.Active.Import',
    phase: '',
    location: '',
    unit: 'kW',
    time: time(10),
    value: 7.5,
  };
  expect(seriesOf({ ...NOTHING, powers: [power], energy }).powerW).toEqual([null, 7500, null, null]);
});
