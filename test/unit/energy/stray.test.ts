import { describe, expect, it } from 'vitest';
import { accountOf, type EnergyAccount } from '../../../src/energy/account.ts';
import { at, reading, transaction } from '../../support/energy-story.ts';

type Register = readonly [wh: number, time: string];

/** What had flowed by a time, by the minute. */
function flowedAt({ pieces }: EnergyAccount, time: string): number {
  const ended = pieces.filter(({ until }) => until <= at(time));
  return ended.reduce((total, { wh }) => total + wh, 0);
}

function account(start: Register, readings: readonly Register[], stop?: Register): EnergyAccount {
  const own = readings.map(([wh, time]) => reading(wh, time));
  return accountOf(own, [transaction(stop ? { start, stop } : { start })]);
}

describe('a stray reading does not decide what the others count from', () => {
  it.each([
    ['the last, of 0', [0, '08:29']],
    ['the last, of 5', [5, '08:29']],
    ['the first, of 0', [0, '08:01']],
    ['one between, of 0', [0, '08:10']],
    ['the last, just below meterStart', [999, '08:29']],
    ['the first, above meterStop', [90_000, '08:01']],
  ] as const)('where it is %s', (_, stray) => {
    const told = account([1000, '08:00'], [[1500, '08:05'], [3000, '08:15'], stray], [4000, '08:30']);
    expect(['08:05', '08:15', '08:30'].map((time) => flowedAt(told, time))).toEqual([500, 2000, 3000]);
    expect(told.leftOut.map(({ at: time, wh }) => [wh, time])).toEqual([[stray[0], at(stray[1])]]);
    expect(told.transactions.get(1)?.flags).toEqual(['readings-left-out']);
  });

  it.each([
    ['none', [], []],
    ['the first', [[3500, '08:01']], [3500]],
    ['the last', [[200, '08:29']], [200]],
    ['one between', [[0, '08:20']], [0]],
  ] as const)('of a session whose start is small: %s', (_, stray, leftOut) => {
    const own = [[500, '08:05'], [1500, '08:15'], [2500, '08:25'], ...stray] as const;
    const told = account([1000, '08:00'], own, [4000, '08:30']);
    const times = ['08:05', '08:15', '08:25', '08:30'];
    expect(times.map((time) => flowedAt(told, time))).toEqual([500, 1500, 2500, 3000]);
    expect(told.leftOut.map(({ wh }) => wh)).toEqual(leftOut);
  });

  it('of a session of a meter that has counted much', () => {
    const own = [
      [104, '08:10'],
      [228, '08:20'],
      [353, '08:30'],
    ] as const;
    const told = account([4_076_000, '08:00'], own, [4_076_400, '08:40']);
    const times = ['08:10', '08:20', '08:30', '08:40'];
    expect(times.map((time) => flowedAt(told, time))).toEqual([104, 228, 353, 400]);
    expect(told.leftOut).toEqual([]);
  });

  it('of a session that is open', () => {
    const own = [
      [50_000_000, '08:01'],
      [104, '08:10'],
      [228, '08:20'],
      [353, '08:30'],
    ] as const;
    const told = account([4_076_000, '08:00'], own);
    expect(told.transactions.get(1)).toMatchObject({ energyWh: 353 });
    expect(told.leftOut.map(({ wh }) => wh)).toEqual([50_000_000]);
  });
});

it('leaves out what comes after the end of a transaction that was closed without meterStop', () => {
  const closed = transaction({ start: [1000, '08:00'], stop: [null, '08:10'], state: 'closed' });
  const told = accountOf([reading(1500, '08:05'), reading(9000, '10:00')], [closed]);
  expect(told.transactions.get(1)).toEqual({
    energyWh: 500,
    energySource: 'readings',
    flags: ['readings-left-out'],
  });
  expect(told.leftOut).toMatchObject([{ wh: 9000, reason: 'outside-transaction' }]);
});
