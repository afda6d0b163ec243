import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../load/fake-clock.ts';

/** Any file will do for a library that nothing loads. */
const LIBRARY = fileURLToPath(import.meta.url);

test('a clock is set in a file that the processes of a gateway read, and goes when it is no longer needed', async () => {
  const clock = await FakeClock.make(LIBRARY);
  const { LD_PRELOAD, FAKETIME_TIMESTAMP_FILE: file = '' } = clock.environment;
  const told = () => readFileSync(file, 'utf8');
  expect([LD_PRELOAD, told()]).toEqual([LIBRARY, '+0']);
  await clock.set(-90 * 60_000);
  expect(told()).toBe('-5400');
  await clock.set(3 * 86_400_000);
  expect(told()).toBe('+259200');
  await clock.remove();
  expect(existsSync(file)).toBe(false);
});

test('a library that is not there is told, not passed over', async () => {
  await expect(FakeClock.make('/nowhere/libfaketime.so.1')).rejects.toThrow('/nowhere/libfaketime.so.1');
});
