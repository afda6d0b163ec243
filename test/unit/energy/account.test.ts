import { describe, expect, it } from 'vitest';
import { accountOf } from '../../../src/energy/account.ts';
import { energyOfRegisters } from '../../../src/energy/transaction-energy.ts';
import { at, reading, sum, transaction } from '../../support/energy-story.ts';

describe('the energy of a connector', () => {
  it.each([
    [
      'a station that repeats its begin value in each message',
      [transaction({ start: [1000, '08:00'], stop: [4000, '09:20'] })],
      [
        reading(2000, '08:50'),
        reading(1000, '08:50', { context: 'Transaction.Begin' }),
        reading(3000, '09:10'),
        reading(1000, '09:10', { context: 'Transaction.Begin' }),
      ],
      3000,
    ],
    [
      'readings that count from nought in each session',
      [transaction({ start: [4_076_000, '08:00'], stop: [4_076_400, '08:40'] })],
      [reading(104, '08:10'), reading(228, '08:20'), reading(353, '08:30')],
      400,
    ],
    [
      'a reading that is ten times too high',
      [transaction({ start: [35_548_000, '08:00'], stop: [35_552_000, '08:40'] })],
      [reading(35_548_800, '08:10'), reading(355_549_200, '08:20'), reading(35_550_300, '08:30')],
      4000,
    ],
    [
      'a reading that is ten times too high, and one of nought after it, while it is open',
      [transaction({ start: [35_548_000, '08:00'] })],
      [
        reading(35_548_800, '08:10'),
        reading(355_549_200, '08:20'),
        reading(0, '08:30'),
        reading(35_550_300, '08:40'),
      ],
      2300,
    ],
    [
      'a reading of nought, and one that is ten times too high after it, while it is open',
      [transaction({ start: [35_548_000, '08:00'] })],
      [
        reading(35_548_800, '08:10'),
        reading(0, '08:20'),
        reading(355_549_200, '08:30'),
        reading(35_550_300, '08:40'),
      ],
      2300,
    ],
    [
      'a reading of nought in between',
      [transaction({ start: [500_000, '08:00'], stop: [503_000, '08:20'] })],
      [reading(0, '08:10')],
      3000,
    ],
    [
      'an idle reading of nought between two sessions',
      [
        transaction({ start: [497_000, '07:00'], stop: [500_000, '07:30'] }),
        transaction({ transactionId: 2, start: [500_000, '08:00'], stop: [503_000, '08:20'] }),
      ],
      [reading(0, '07:45', { transactionId: null, context: 'Trigger' })],
      6000,
    ],
    [
      'values that no register shows',
      [transaction({ start: [1000, '08:00'], stop: [2000, '08:30'] })],
      [reading(-5, '08:10'), reading(1e15, '08:20'), reading(Number.NaN, '08:25')],
      1000,
    ],
    [
      'a stop of 0 after a loss of power',
      [
        transaction({ start: [1000, '08:00'], stop: [0, '08:30'], stopReason: 'PowerLoss' }),
        transaction({ transactionId: 2, start: [6000, '08:40'], stop: [8000, '09:00'] }),
      ],
      [reading(4000, '08:10'), reading(6000, '08:20'), reading(7000, '08:50', { transactionId: 2 })],
      7000,
    ],
    [
      'a meter that was exchanged',
      [transaction({ start: [48_000, '08:00'], stop: [3000, '09:00'] })],
      [49_000, 50_000, 0, 1500, 2900].map((wh, index) => reading(wh, `08:${index + 1}0`)),
      5000,
    ],
    [
      'a register of 32 bits that begins anew',
      [transaction({ start: [4_294_965_296, '08:00'], stop: [3000, '09:00'] })],
      [reading(4_294_966_296, '08:10'), reading(704, '08:30')],
      5000,
    ],
    [
      'no meterStart',
      [transaction({ start: [null, '08:00'], stop: [905_000, '08:40'] })],
      [reading(900_000, '08:10'), reading(903_000, '08:20')],
      5000,
    ],
    [
      'no meterStop',
      [transaction({ start: [1000, '08:00'], stop: [null, '08:40'] })],
      [reading(4000, '08:10'), reading(6000, '08:20')],
      5000,
    ],
  ])('is what was delivered: %s', (_, transactions, readings, wh) => {
    const account = accountOf(readings, transactions);
    expect(sum(account.pieces)).toBeCloseTo(wh, 6);
    expect(account.pieces.every((piece) => piece.wh > 0 && piece.until >= piece.since)).toBe(true);
  });

  it.each([
    ['by phases', ['L1', 'L2', 'L3'], 'register' as const, [100, 300, 700], 2100],
    ['by a phase under two names', ['L1', 'L1-N'], 'register' as const, [100, 300, 700], 700],
    ['by intervals of a phase under two names', ['L1', 'L1-N'], 'interval' as const, [100, 300, 700], 1100],
    ['by intervals', [''], 'interval' as const, [100, 300, 700], 1100],
  ])('rises while a transaction is open: %s', (_, phases, measurand, values, wh) => {
    const open = transaction({ start: [0, '08:00'] });
    const readings = values.flatMap((value, index) =>
      phases.map((phase) => reading(value, `08:${index + 1}0`, { phase, measurand })),
    );
    let last = 0;
    for (let count = phases.length; count <= readings.length; count += phases.length) {
      const { energyWh } = accountOf(readings.slice(0, count), [open]).transactions.get(1) ?? {};
      expect(energyWh).toBeGreaterThan(last);
      last = energyWh ?? 0;
    }
    expect(sum(accountOf(readings, [open]).pieces)).toBe(wh);
  });
});

describe('the energy of a transaction', () => {
  it('is what its registers say where they can be right', () => {
    const stopped = transaction({ start: [1000, '08:00'], stop: [4000, '09:00'] });
    expect(energyOfRegisters(stopped)).toEqual({ energyWh: 3000, energySource: 'registers', flags: [] });
  });

  it.each([
    ['meter-stop-below-start', transaction({ start: [1000, '08:00'], stop: [0, '09:00'] })],
    ['too-much-for-its-time', transaction({ start: [0, '08:00'], stop: [9_000_000, '09:00'] })],
    ['meter-start-missing', transaction({ start: [null, '08:00'], stop: [9000, '09:00'] })],
    ['meter-stop-missing', transaction({ start: [1000, '08:00'], stop: [null, '09:00'] })],
    ['no-readings', transaction({ start: [1000, '08:00'] })],
    [
      'unmatched',
      { ...transaction({ start: [1000, '08:00'], stop: [1000, '08:00'] }), state: 'unmatched' as const },
    ],
  ])('is not known: %s', (reason, registers) => {
    expect(energyOfRegisters(registers)).toEqual({ energyWh: null, energySource: 'none', reason, flags: [] });
  });

  it.each([
    ['alone', []],
    ['and that of its first readings', [{ ...reading(1300, '08:00'), at: Date.UTC(2019, 0, 1, 0, 10) }]],
  ])('counts at the time of its readings where the clock of its start was not set: %s', (_, old) => {
    const told = {
      ...transaction({ start: [1000, '08:00'], stop: [2000, '08:40'] }),
      startedAt: Date.UTC(2019, 0, 1),
    };
    const { transactions, pieces } = accountOf([...old, reading(1600, '08:10')], [told]);
    expect(transactions.get(1)).toEqual({
      energyWh: 1000,
      energySource: 'registers',
      flags: ['start-time-implausible'],
    });
    const since = Math.min(...pieces.map((piece) => piece.since));
    expect(since).toBe(at('08:10'));
  });

  it('tells by flags what stands in for its registers', () => {
    const stopped = transaction({ start: [0, '08:00'], stop: [905_000, '08:40'] });
    const { transactions } = accountOf(
      [reading(900_000, '08:10'), reading(903_000, '08:20')],
      [{ ...stopped, flags: ['meter-start-missing'] }],
    );
    expect(transactions.get(1)).toMatchObject({
      energyWh: 5000,
      energySource: 'readings',
      flags: ['meter-start-missing'],
    });
  });
});
