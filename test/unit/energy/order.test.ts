import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accountOf } from '../../../src/energy/account.ts';
import { at, reading, sum, transaction } from '../../support/energy-story.ts';

const spot = fc.record({
  minute: fc.integer({ min: 0, max: 59 }),
  hour: fc.integer({ min: 7, max: 11 }),
  wh: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom(-5, 0, 1e15, Number.NaN)),
  id: fc.constantFrom(null, 1, 2),
  context: fc.constantFrom('Sample.Periodic', 'Transaction.Begin', 'Trigger'),
});

it('is the same in whatever order and however often readings come, and never negative', () => {
  const stopped = [
    transaction({ start: [1000, '08:00'], stop: [9000, '09:00'] }),
    transaction({ transactionId: 2, start: [9500, '09:30'], stop: [12_000, '10:30'] }),
  ];
  fc.assert(
    fc.property(fc.array(spot, { maxLength: 40 }), fc.integer(), (spots, seed) => {
      const readings = spots.map(({ minute, hour, wh, id, context }) => ({
        ...reading(wh, '00:00', { transactionId: id, context }),
        at: at('00:00') + (hour * 60 + minute) * 60_000,
      }));
      const account = accountOf(readings, stopped);
      const shuffled = [...readings, ...readings].sort(
        (a, b) => ((a.at * 31 + seed) % 97) - ((b.at * 31 + seed) % 97),
      );
      const again = accountOf(shuffled, [...stopped].reverse());
      expect(again.pieces).toEqual(account.pieces);
      expect(again.leftOut.length).toBe(account.leftOut.length);
      expect(account.pieces.every(({ wh }) => wh >= 0)).toBe(true);
      for (const [id, wh] of [
        [1, 8000],
        [2, 2500],
      ]) {
        const own = account.pieces.filter(({ transactionId }) => transactionId === id);
        expect(sum(own)).toBeCloseTo(Number(wh), 6);
      }
    }),
    { numRuns: 300 },
  );
});
