import { expect, test } from 'vitest';
import { LastHour } from '../../../src/control/last-hour.ts';

test('keeps one point per ten seconds, the last that was noted in them, and an hour of those', () => {
  const hour = new LastHour(['sockets', 'p99']);
  hour.note(20_000, { sockets: 1, p99: null });
  hour.note(22_000, { sockets: 2, p99: 0.1 });
  hour.note(31_000, { sockets: 3, p99: null });
  expect(hour.read()).toEqual({ at: [20_000, 30_000], lines: { sockets: [2, 3], p99: [0.1, null] } });

  for (let step = 4; step <= 400; step++) hour.note(step * 10_000, { sockets: step, p99: null });
  const { at, lines } = hour.read();
  expect([at.length, at[0], at.at(-1)]).toEqual([360, 410_000, 4_000_000]);
  expect([lines.sockets.length, lines.sockets[0], lines.p99.length]).toEqual([360, 41, 360]);
});
