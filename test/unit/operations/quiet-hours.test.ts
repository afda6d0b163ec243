import { expect, test } from 'vitest';
import { isQuiet } from '../../../src/operations/alarms/quiet-hours.ts';

const at = (time: string) => Date.parse(`2026-07-01T${time}:00Z`);

test.each([
  ['22:00', '06:00', '21:59', false],
  ['22:00', '06:00', '22:00', true],
  ['22:00', '06:00', '00:00', true],
  ['22:00', '06:00', '05:59', true],
  ['22:00', '06:00', '06:00', false],
  ['12:00', '13:30', '13:29', true],
  ['12:00', '13:30', '13:30', false],
  ['12:00', '12:00', '03:00', true],
])('quiet from %s to %s: at %s it is %s', (from, to, time, quiet) => {
  expect(isQuiet({ from, to }, at(time), '')).toBe(quiet);
});

test('hours are those on the wall of the fleet, in summer and in winter', () => {
  const night = { from: '22:00', to: '06:00' };
  expect(isQuiet(night, Date.parse('2026-07-01T20:00:00Z'), 'Europe/Berlin')).toBe(true);
  expect(isQuiet(night, Date.parse('2026-01-01T20:00:00Z'), 'Europe/Berlin')).toBe(false);
});
