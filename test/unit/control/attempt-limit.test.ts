import { expect, test } from 'vitest';
import { AttemptLimit } from '../../../src/control/attempt-limit.ts';

test('an address may fail so often within a window, then waits for its end; others do not', () => {
  let now = 0;
  const limit = new AttemptLimit(3, 60_000, () => now);
  for (let failures = 0; failures < 3; failures++) {
    expect(limit.waitOf('a')).toBe(0);
    limit.failed('a');
  }
  now = 20_000;
  expect(limit.waitOf('a')).toBe(40_000);
  expect(limit.waitOf('b')).toBe(0);
  now = 60_000;
  expect(limit.waitOf('a')).toBe(0);
  limit.failed('a');
  expect(limit.waitOf('a')).toBe(0);
});

test('remembers no more addresses than it may: the oldest go', () => {
  const limit = new AttemptLimit(1, 60_000, () => 0);
  for (let address = 0; address <= 10_000; address++) limit.failed(`address ${address}`);
  expect(limit.waitOf('address 0')).toBe(0);
  expect(limit.waitOf('address 10000')).toBe(60_000);
});
