import { expect, test } from 'vitest';
import { isJustThere } from '../../../src/console/last-seen.ts';

test('who is connected is there as long as a list cannot know better', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const seen = (secondsAgo: number, connected = true) =>
    isJustThere({ connected, lastSeenAt: new Date(now - secondsAgo * 1000).toISOString() }, now);
  expect([seen(0), seen(620)]).toEqual([true, true]);
  // Silent for longer than the list may be behind, or gone.
  expect([seen(640), seen(1, false)]).toEqual([false, false]);
  expect(isJustThere({ connected: true, lastSeenAt: null }, now)).toBe(false);
});
