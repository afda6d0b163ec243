import { expect, test } from 'vitest';
import { waitingChargePoints } from '../../../src/edge/waiting-charge-points.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { Watchman } from '../../../src/telemetry/watchman.ts';

test('a frame that waits is told of within half a minute, and ends the edge only after two', () => {
  let now = 0;
  let since: number | undefined = 0;
  const watchman = new Watchman({ registry: createRegistry({ process: 'edge-0' }), clock: () => now });
  watchman.watch(waitingChargePoints({ waitingSince: () => since }));
  const standingAt = (seconds: number) => {
    for (; now < seconds * 1000; now += 1000) watchman.look();
    watchman.look();
    return watchman.standing().map(({ name, wantsRestart }) => [name, wantsRestart]);
  };
  expect(standingAt(10)).toEqual([]);
  expect(standingAt(30)).toEqual([['frames of charge points', false]]);
  // A write that stands has ended the process by then, and a worker has been replaced.
  expect(standingAt(110)).toEqual([['frames of charge points', false]]);
  expect(standingAt(121)).toEqual([['frames of charge points', true]]);
  since = 121_000;
  expect(standingAt(125)).toEqual([]);
});
