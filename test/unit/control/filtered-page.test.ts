import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filteredPage, type Listing } from '../../../src/control/filtered-page.ts';

/**
 * A store's listing of the numbers 0..size-1, whose position is the last number given; it never gives more
 * than 7 at a time.
 */
function listingOf(size: number) {
  return (after: string | undefined, limit: number): Listing<number> => {
    const start = after === undefined ? 0 : Number(after) + 1;
    const end = Math.min(size, start + Math.min(limit, 7));
    const items = Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
    return end < size ? { items, next: String(end - 1) } : { items };
  };
}

test('pages put together hold every match once and in order, none longer than asked for', () => {
  fc.assert(
    fc.property(
      fc.nat(200),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
      (size, limit, step) => {
        const found: number[] = [];
        let after: string | undefined;
        do {
          const page = filteredPage(listingOf(size), { after, limit, matches: (item) => item % step === 0 });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items);
          after = page.next;
        } while (after !== undefined);
        expect(found).toEqual(
          Array.from({ length: size }, (_, item) => item).filter((item) => item % step === 0),
        );
      },
    ),
  );
});

test('a match too rare for one request ends in an empty page that can be continued', () => {
  const page = filteredPage(listingOf(100_000), {
    after: undefined,
    limit: 1,
    matches: (item) => item === 99_999,
  });
  expect(page.items).toEqual([]);
  expect(Number(page.next)).toBeGreaterThan(9000);
  expect(Number(page.next)).toBeLessThan(12_000);
});

test('without a filter the listing is asked once', () => {
  const asked: number[] = [];
  filteredPage((_after, limit) => ({ items: [asked.push(limit)] }), { after: undefined, limit: 30 });
  expect(asked).toEqual([30]);
});
