import { expect, test } from 'vitest';
import { AttemptLimit, networkOf } from '../../../src/control/attempt-limit.ts';

test('an address may fail so often within a window, then waits for its end; others do not', () => {
  let now = 0;
  const limit = new AttemptLimit(3, 60_000, () => now);
  for (let failures = 0; failures < 3; failures++) {
    expect(limit.waitOf('a')).toBe(0);
    limit.begin('a');
  }
  now = 20_000;
  expect(limit.waitOf('a')).toBe(40_000);
  expect(limit.waitOf('b')).toBe(0);
  now = 60_000;
  expect(limit.waitOf('a')).toBe(0);
  limit.begin('a');
  expect(limit.waitOf('a')).toBe(0);
});

test('attempts under way count until they turn out well', () => {
  const limit = new AttemptLimit(2, 60_000, () => 0);
  limit.begin('a');
  limit.begin('a');
  expect(limit.waitOf('a')).toBe(60_000);
  limit.succeeded('a');
  expect(limit.waitOf('a')).toBe(0);
});

test('remembers no more addresses than it may: the oldest go', () => {
  const limit = new AttemptLimit(1, 60_000, () => 0);
  for (let address = 0; address <= 10_000; address++) limit.begin(`address ${address}`);
  expect(limit.waitOf('address 0')).toBe(0);
  expect(limit.waitOf('address 10000')).toBe(60_000);
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:0:0:0:9', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['192.0.2.7', '192.0.2.7'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
