import { expect, test } from 'vitest';
import { isTaken } from '../../../src/cluster/server-version.ts';

test.each([
  ['2.12.0', true],
  ['2.15.1', true],
  ['2.12.0-RC.1', true],
  ['3.0.0', true],
  ['2.11.9', false],
  ['2.10.27', false],
  ['2.9.10', false],
  ['1.20.0', false],
  ['unknown', false],
])('NATS %s is taken: %s', (version, expected) => {
  expect(isTaken(version)).toBe(expected);
});
