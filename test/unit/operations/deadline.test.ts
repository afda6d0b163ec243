import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { withDeadline } from '../../../src/operations/deadline.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Waits for the end of the signal and for nothing else, as a request that nobody answers does. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

it('ends work that takes too long, whatever the garbage collector does meanwhile', async () => {
  const work = expect(withDeadline(100, untilAborted)).rejects.toMatchObject({ name: 'TimeoutError' });
  for (let round = 0; round < 3; round++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  await work;
});

it('ends with the signal around it, and does not begin once that is over', async () => {
  const stopping = new AbortController();
  const work = withDeadline(60_000, untilAborted, stopping.signal);
  stopping.abort(new Error('stopped'));
  await expect(work).rejects.toThrow('stopped');
  await expect(withDeadline(60_000, async () => 'begun', stopping.signal)).rejects.toThrow('stopped');
});

it('returns what the work returned, and lets go of what still waits', async () => {
  let waiting: AbortSignal | undefined;
  const result = await withDeadline(60_000, async (signal) => {
    waiting = signal;
    return 7;
  });
  expect([result, waiting?.aborted]).toEqual([7, true]);
});
