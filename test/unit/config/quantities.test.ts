import { expect, test } from 'vitest';
import { readDuration, readSize, writeDuration, writeSize } from '../../../src/config/quantities.ts';

test.each([
  ['200ms', 200],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
  [' 5 m ', 300_000],
  ['0', 0],
  ['0s', 0],
])('the duration %j is %d ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each([
  ['512B', 512],
  ['64KiB', 65_536],
  ['16MiB', 16_777_216],
  ['4GiB', 4_294_967_296],
])('the size %j is %d bytes', (text, bytes) => {
  expect(readSize(text)).toBe(bytes);
});

test.each(['', '30', 's', '-1s', '1e3s', '5x', '1s2', 'toString', '1constructor', '99999999999999d'])(
  '%j is no duration',
  (text) => {
    expect(readDuration(text)).toBeUndefined();
  },
);

test('sizes are written with their binary unit: KB and MB could mean either', () => {
  for (const text of ['64KB', '64K', '64', '64kib']) expect(readSize(text)).toBeUndefined();
});

test('a value is written in the largest unit that keeps it exact', () => {
  expect([0, 200, 1500, 30_000, 90_000, 300_000, 34_560_000_000].map(writeDuration)).toEqual([
    '0s',
    '200ms',
    '1500ms',
    '30s',
    '90s',
    '5m',
    '400d',
  ]);
  expect([0, 1000, 65_536, 1_572_864_000].map(writeSize)).toEqual(['0B', '1000B', '64KiB', '1500MiB']);
});
