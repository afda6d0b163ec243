import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ClockGuard, type ClockReading, readClock } from '../../../src/store/clock-guard.ts';
import { scratchDirectory } from './scratch.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 29, 12);

/** A machine whose clock and run go on as a test says, and the guards of its processes. */
function machine() {
  const dataDir = scratchDirectory();
  let reading: ClockReading = { wall: NOON, uptime: DAY, boot: 'first' };
  return {
    dataDir,
    change: (change: Partial<ClockReading>) => {
      reading = { ...reading, ...change };
    },
    /** Time passes, and the clock with it. */
    pass(ms: number) {
      reading = { ...reading, wall: reading.wall + ms, uptime: reading.uptime + ms };
    },
    guard: () => new ClockGuard(dataDir, () => reading),
    wall: () => reading.wall,
  };
}

test('a clock that nobody saw before is believed, and so is one that goes on', () => {
  const { guard, pass, wall } = machine();
  expect(guard().trustedNow()).toBe(NOON);
  expect(guard().look()).toBeUndefined();
  pass(400 * DAY);
  expect(guard().trustedNow()).toBe(wall());
});

test('a clock that was set forward by years is doubted by every process, also after a restart, and not noted', () => {
  const { guard, pass, change } = machine();
  guard().look();
  pass(MINUTE);
  change({ wall: NOON + 3650 * DAY });
  expect(guard().look()).toMatch(
    /the clock says 2036-.* and Farad last saw 2026-11-29T12:00:00.000Z, 60 s before/,
  );
  expect(guard().look()).toBeDefined();
  expect(guard().trustedNow()).toBeUndefined();
  change({ boot: 'second', uptime: MINUTE });
  expect(guard().trustedNow()).toBeUndefined();
});

test('a doubted clock is believed when it is set right again', () => {
  const { guard, change } = machine();
  guard().look();
  change({ wall: NOON + 3650 * DAY });
  expect(guard().look()).toBeDefined();
  change({ wall: NOON + MINUTE, uptime: DAY + MINUTE });
  expect(guard().look()).toBeUndefined();
  expect(guard().trustedNow()).toBe(NOON + MINUTE);
});

test("an operator's word ends the doubt, and holds from then on", () => {
  const { guard, change, pass, wall } = machine();
  guard().look();
  change({ wall: NOON + 3650 * DAY });
  expect(guard().adopt()).toMatch(/2036/);
  expect(guard().adopt()).toBeUndefined();
  pass(MINUTE);
  expect(guard().trustedNow()).toBe(wall());
});

test('a clock that was set back is doubted', () => {
  const { guard, change } = machine();
  guard().look();
  change({ wall: 0, uptime: DAY + MINUTE });
  expect(guard().look()).toMatch(/the clock says 1970/);
});

test('small steps, a daylight saving hour among them, are no jump', () => {
  const { guard, change } = machine();
  for (const step of [-60 * MINUTE, 60 * MINUTE, 1_500, -1_500]) {
    change({ wall: NOON });
    expect(guard().look()).toBeUndefined();
    change({ wall: NOON + step });
    expect(guard().look(), `${step} ms`).toBeUndefined();
  }
});

test('a machine may have been off for a week; longer than that is doubted', () => {
  const { guard, change } = machine();
  guard().look();
  change({ boot: 'second', uptime: MINUTE, wall: NOON + 7 * DAY });
  expect(guard().doubt()).toBeUndefined();
  change({ wall: NOON + 7 * DAY + 1 });
  expect(guard().doubt()).toBeDefined();
});

test('where the system does not tell its run, a clock is judged as after a restart', () => {
  const { guard, change } = machine();
  change({ boot: '' });
  guard().look();
  change({ wall: NOON + 6 * DAY });
  expect(guard().doubt()).toBeUndefined();
  change({ wall: NOON + 8 * DAY });
  expect(guard().doubt()).toBeDefined();
});

test('a file that is damaged is no reason to believe', () => {
  const { guard, dataDir } = machine();
  writeFileSync(join(dataDir, 'last-seen'), 'x');
  expect(guard().look()).toContain(join(dataDir, 'last-seen'));
  expect(readFileSync(join(dataDir, 'last-seen'), 'utf8')).toBe('x');
  guard().adopt();
  expect(guard().doubt()).toBeUndefined();
});

test('the clock of this machine goes on with its run', () => {
  const before = readClock();
  const after = readClock();
  expect(after.wall).toBeGreaterThanOrEqual(before.wall);
  expect(after.uptime).toBeGreaterThanOrEqual(before.uptime);
  expect(after.boot).toBe(before.boot);
});
