import { expect, test } from 'vitest';
import { checkRequest } from '../../../src/protocol/v16/validate.ts';
import { Charge, type Vehicle } from '../../../src/simulator/charge.ts';
import { HARDWARE, type Hardware } from '../../../src/simulator/hardware.ts';
import { MAX_SAMPLES_PER_METER_VALUE, readMeter } from '../../../src/simulator/meter-values.ts';
import { Random } from '../../../src/simulator/random.ts';

const dc = HARDWARE.find((hardware) => hardware.model === 'HL-150') as Hardware;
const ac = HARDWARE.find((hardware) => hardware.model === 'Duo 22') as Hardware;
const vehicle: Vehicle = { capacityWh: 77_000, maxPowerW: 200_000, soc: 0.1, targetSoc: 0.9 };

test('on DC power falls as the battery fills, energy follows power, and at the target nothing flows any more', () => {
  const charge = new Charge(dc, vehicle, 1_000, new Random(1));
  const curve: [number, number][] = [];
  for (let minute = 0; minute < 120; minute++) {
    const before = charge.registerWh;
    const { powerW } = charge;
    charge.advance(60_000);
    expect(charge.registerWh - before).toBeCloseTo(powerW / 60, 6);
    curve.push([charge.soc, charge.powerW]);
  }
  const powerAt = (soc: number): number => curve.find(([at]) => at >= soc)?.[1] ?? Number.NaN;
  expect(powerAt(0.3)).toBeGreaterThan(135_000);
  expect(powerAt(0.7)).toBeLessThan(powerAt(0.5));
  expect(powerAt(0.85)).toBeLessThan(powerAt(0.7) * 0.8);
  expect(charge.isFull).toBe(true);
  expect(charge.powerW).toBe(0);
  expect(charge.soc).toBeLessThan(0.95);
  expect((charge.registerWh - 1_000) / vehicle.capacityWh).toBeCloseTo(charge.soc - vehicle.soc, 6);
});

test('the weaker of charge point and vehicle is the limit', () => {
  expect(new Charge(ac, vehicle, 0, new Random(1)).powerW).toBeLessThanOrEqual(22_000);
  expect(new Charge(dc, { ...vehicle, maxPowerW: 11_000 }, 0, new Random(1)).powerW).toBeLessThanOrEqual(
    11_000,
  );
});

test.each([ac, dc])(
  'readings of $model are valid MeterValues with as many samples as asked for, all different',
  (hardware) => {
    const charge = new Charge(hardware, vehicle, 1_234_567, new Random(3));
    charge.advance(10_000);
    for (let samples = 1; samples <= MAX_SAMPLES_PER_METER_VALUE; samples++) {
      const reading = readMeter(charge, samples, '2026-01-05T10:00:00.123Z', 'Sample.Periodic');
      const payload = { connectorId: 1, transactionId: 1, meterValue: [JSON.parse(reading.text)] };
      expect(checkRequest('MeterValues', payload)).toBeUndefined();
      const values = payload.meterValue[0].sampledValue as {
        value: string;
        measurand: string;
        phase?: string;
        location: string;
      }[];
      expect(reading.count).toBe(samples);
      expect(values).toHaveLength(samples);
      expect(
        new Set(values.map(({ measurand, phase, location }) => `${measurand} ${phase} ${location}`)).size,
      ).toBe(samples);
      expect(reading.sum).toBe(values.reduce((sum, { value }) => sum + Number(value), 0));
      // Halves only: sums over millions of samples stay exact.
      for (const { value } of values) expect(Number(value) * 2 === Math.round(Number(value) * 2)).toBe(true);
    }
  },
);

test('the same seed gives the same numbers, a part does not depend on other parts', () => {
  const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.fraction());
  expect(draw(Random.forPart(42, 7))).toEqual(draw(Random.forPart(42, 7)));
  expect(draw(Random.forPart(42, 7))).not.toEqual(draw(Random.forPart(42, 8)));
  expect(draw(Random.forPart(42, 7))).not.toEqual(draw(Random.forPart(43, 7)));
  const many = new Random(5);
  const mean =
    Array.from({ length: 20_000 }, () => many.fraction()).reduce((sum, value) => sum + value) / 20_000;
  expect(mean).toBeCloseTo(0.5, 1);
});

test('a vehicle follows a smaller offer down its ramp, pauses below 6 A, and comes back', () => {
  const thirsty = { ...vehicle, maxPowerW: 22_000, phases: 3 as const };
  const charge = new Charge(ac, thirsty, 0, new Random(1), 2_000);
  const full = charge.powerW;
  const tenAmpere = 10 * 230 * 3;
  charge.offer(10);
  expect(charge.powerAfter(100)).toBeGreaterThan(tenAmpere);
  expect(charge.powerAfter(2_000)).toBeCloseTo(tenAmpere, 6);
  const before = charge.registerWh;
  charge.advance(4_000);
  const energy = (charge.registerWh - before) * 3_600;
  expect(energy).toBeGreaterThan(tenAmpere * 4);
  expect(energy).toBeLessThan(full * 2 + tenAmpere * 2);
  expect(charge.powerW).toBeCloseTo(tenAmpere, 6);

  charge.offer(5.9);
  charge.advance(5_000);
  expect(charge.powerW).toBe(0);
  const stood = charge.registerWh;
  charge.advance(60_000);
  expect(charge.registerWh).toBe(stood);

  charge.offer(Number.POSITIVE_INFINITY);
  charge.advance(5_000);
  expect(charge.powerW).toBeGreaterThan(20_000);
});

test('an offer that was there first lets no more flow, not even for a moment; a single-phase vehicle takes a third', () => {
  const charge = new Charge(ac, { ...vehicle, maxPowerW: 22_000, phases: 1 }, 0, new Random(1), 2_000);
  charge.offer(10, true);
  expect(charge.powerW).toBe(2_300);
});
