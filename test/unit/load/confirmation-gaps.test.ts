import { expect, test } from 'vitest';
import { longestGap } from '../../../load/cluster/confirmation-gaps.ts';

const at = (node: string, stream: string, ...times: number[]) => ({ node, stream, times });

test('a gap is the longest time without a confirmation on a node that is there, in any of its streams', () => {
  const all = [
    at('a', 'one', 0, 100, 900, 1000),
    at('b', 'one', 0, 100, 200, 1000),
    at('b', 'two', 0, 600, 1000),
  ];
  const within = { from: 50, to: 1000 };
  expect(longestGap(all, { ...within, away: [] })).toEqual({ node: 'a', stream: 'one', ms: 800 });
  expect(longestGap(all, { ...within, away: [{ node: 'a', from: 300, to: 400 }] })).toEqual({
    node: 'b',
    stream: 'one',
    ms: 800,
  });
  // What begins when it goes, and what ends when it is back, is none.
  const gone = [{ node: 'a', from: 950, to: 2000 }];
  expect(longestGap(all.slice(0, 1), { ...within, away: gone })?.ms).toBe(800);
  expect(longestGap([at('a', 'one', 0, 900, 3000)], { ...within, away: gone })?.ms).toBe(900);
});

test('it belongs to a disturbance if some of it lies between that and the next one', () => {
  const all = [at('a', 'one', 0, 500, 600, 800, 850)];
  expect(longestGap(all, { from: 500, to: 700, away: [] })?.ms).toBe(200);
  expect(longestGap(all, { from: 400, to: 500, away: [] })?.ms).toBe(500);
  // Nothing came any more.
  expect(longestGap(all, { from: 820, to: 2000, away: [] })?.ms).toBe(1150);
});
