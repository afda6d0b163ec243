import { describe, expect, test } from 'vitest';
import { CallIds } from '../../../src/edge/call-line.ts';

describe('ids of our CALLs', () => {
  test('B5: processes that start in the same millisecond give different ones', () => {
    const ids = Array.from({ length: 50 }, () => new CallIds(1_763_600_000_000).next());
    expect(new Set(ids).size).toBe(50);
  });

  test('B4: have 36 characters at most, even after years of work', () => {
    const ids = new CallIds(Date.UTC(2100, 0, 1));
    const lengths = Array.from({ length: 2000 }, () => ids.next().length);
    // Room is left for counters of more digits than any process will need.
    expect(Math.max(...lengths)).toBeLessThanOrEqual(28);
  });
});
