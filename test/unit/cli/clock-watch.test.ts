import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { ClockWatch } from '../../../src/cli/clock-watch.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { ClockGuard, type ClockReading } from '../../../src/store/clock-guard.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { Watchman } from '../../../src/telemetry/watchman.ts';
import { scratchDirectory } from '../journal/scratch.ts';

const NOON = Date.UTC(2026, 10, 29, 12);
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** A watch whose clock the test tells. */
function watched(dataDir = scratchDirectory()) {
  const reading = { wall: NOON, uptime: HOUR, boot: 'first' } satisfies ClockReading;
  const registry = createRegistry({ process: 'supervisor' });
  const watchman = new Watchman({ registry });
  const log = { error: vi.fn() };
  const guard = new ClockGuard(dataDir, () => ({ ...reading }));
  const clock = new ClockWatch({ dataDir, log, metrics: registry, watchman, guard });
  onTestFinished(() => clock.stop());
  const look = () => {
    clock.look();
    watchman.look();
    return watchman.standing().map(({ name, serves, cause }) => ({ name, serves, cause }));
  };
  const doubted = () => registry.collect().find(({ name }) => name === 'farad_clock_doubted');
  return { dataDir, reading, log, look, doubted };
}

test('a clock that jumps degrades by name, with both times and the way on, until it is right again', () => {
  const { reading, look, doubted } = watched();
  expect(look()).toEqual([]);
  reading.wall += 3 * YEAR;
  reading.uptime += 1000;
  expect(look()).toEqual([
    {
      name: 'deletion of old data',
      serves: 'operators',
      cause:
        'the clock says 2029-11-28T12:00:00.000Z and Farad last saw 2026-11-29T12:00:00.000Z, 1 s before: set the clock right, or run `farad adopt-clock` if it is right',
    },
  ]);
  expect(doubted()).toMatchObject({ samples: [{ value: 1 }] });
  reading.wall = NOON + 2000;
  reading.uptime += 1000;
  expect(look()).toEqual([]);
  expect(doubted()).toMatchObject({ samples: [{ value: 0 }] });
});

test('what says when the clock was seen last cannot be written: the log says so', () => {
  const dataDir = join(scratchDirectory(), 'gone');
  expect(watched(dataDir).log.error).toHaveBeenCalledWith(
    expect.objectContaining({ err: expect.any(Error) }),
    'the clock cannot be noted, so a jump of it would not be seen',
  );
});

test('farad adopt-clock believes a doubted clock, and says which doubt it ended', async () => {
  const dataDir = scratchDirectory();
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  writeFileSync(join(dataDir, 'last-seen'), `${Date.UTC(2020, 0, 1)} 1000 another-boot\n`);
  expect(new ClockGuard(dataDir).doubt()).toMatch(/last saw 2020-01-01/);
  await runCommand(['adopt-clock', '--data-dir', dataDir]);
  expect(said).toHaveBeenCalledWith(expect.stringMatching(/^farad: believed from now on: .*2020-01-01/));
  expect(new ClockGuard(dataDir).doubt()).toBeUndefined();
  await runCommand(['adopt-clock', '--data-dir', dataDir]);
  expect(said).toHaveBeenLastCalledWith('farad: the clock was not doubted');
});

test('farad adopt-clock names a data directory that is not there', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await runCommand(['adopt-clock', '--data-dir', '/nowhere/farad']);
  expect(said).toHaveBeenCalledWith(expect.stringContaining('/nowhere/farad is not there'));
  expect(process.exitCode).toBe(1);
});
