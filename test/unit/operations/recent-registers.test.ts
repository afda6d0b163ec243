import { describe, expect, test } from 'vitest';
import type { TransactionRegisters } from '../../../src/energy/transaction-energy.ts';
import { RecentRegisters } from '../../../src/operations/sites/recent-registers.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 29, 8);

/** Readings ten minutes apart, each known at once. */
function registersOf(...whs: readonly number[]): RecentRegisters {
  const registers = new RecentRegisters();
  for (const [index, wh] of whs.entries()) {
    const at = START + 10 * MINUTE * (index + 1);
    registers.add({ at, seenAt: at, wh });
  }
  return registers;
}

function running(meterStart: number | null): TransactionRegisters {
  return {
    transactionId: 1,
    startedAt: START,
    meterStart,
    stoppedAt: null,
    meterStop: null,
    state: 'open',
    stopReason: '',
    flags: meterStart === null ? ['meter-start-missing'] : [],
  };
}

describe('what a running transaction has got so far', () => {
  test.each<[string, number | null, readonly number[], number | undefined]>([
    ["by a register of the meter's life", 1000, [1500, 2500], 1500],
    ['by a register that counts from 0 per session', 4_076_000, [104, 228, 353], 353],
    ['with a reading ten times too high', 35_548_000, [35_548_800, 355_549_200, 35_550_300], 2300],
    ['whose last reading is ten times too high', 35_548_000, [35_548_800, 355_549_200], 800],
    ['with a reading of 0 in between', 500_000, [501_000, 0, 503_000], 3000],
    ['whose last reading is 0', 500_000, [501_000, 0], 1000],
    ['with readings that cannot be', 1000, [-5, 1e15, 2000], 1000],
    ['without meterStart', null, [900_000, 903_000], 3000],
    ['without readings', 1000, [], undefined],
  ])('%s', (_, meterStart, readings, expected) => {
    expect(registersOf(...readings).deliveredWh(running(meterStart), START)).toBe(expected);
  });

  test('counts nothing of what was known before it began', () => {
    const registers = registersOf(1000, 9000, 9500);
    expect(
      registers.deliveredWh({ ...running(9000), startedAt: START + 15 * MINUTE }, START + 15 * MINUTE),
    ).toBe(500);
  });

  test('is still whole after more readings than are kept', () => {
    const readings = Array.from({ length: 1000 }, (_, index) => 1000 + 10 * index);
    expect(registersOf(...readings).deliveredWh(running(1000), START)).toBe(9990);
  });
});

describe('power by the register', () => {
  const powers = (...whs: readonly number[]) =>
    whs.map((_, index) => registersOf(...whs.slice(0, index + 1)).powerW(START + 10 * MINUTE * (index + 1)));

  test('is what it rose by', () => {
    expect(powers(1000, 2000, 2000, 2500)).toEqual([undefined, 6000, 0, 3000]);
  });

  test('is not known of a reading that the others contradict, and right again after it', () => {
    expect(powers(500_000, 501_000, 0, 503_000)).toEqual([undefined, 6000, undefined, 6000]);
    expect(powers(500_000, 501_000, 5_010_000, 503_000)).toEqual([undefined, 6000, undefined, 6000]);
    expect(powers(1000, 2000, -5, 1e15, 5000)).toEqual([undefined, 6000, undefined, undefined, 6000]);
  });

  test('is never more than a connector delivers', () => {
    const registers = new RecentRegisters();
    registers.add({ at: START, seenAt: START, wh: 1000 });
    registers.add({ at: START + 2000, seenAt: START + 2000, wh: 11_000 });
    expect(registers.powerW(START + 2000)).toBeUndefined();
  });
});
