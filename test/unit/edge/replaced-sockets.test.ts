import { expect, onTestFinished, test, vi } from 'vitest';
import { ReplacedSockets } from '../../../src/edge/replaced-sockets.ts';

test('each socket is asked again and again whether a newer connection is there', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const ids = Array.from({ length: 700 }, (_, index) => `CP-${index}`);
  const disconnect = vi.fn(async (_id: string, _reason: string, _before?: number) => true);
  const get = (id: string) => (id === 'CP-0' ? undefined : { epoch: Number(id.slice(3)) });
  const replaced = new ReplacedSockets(
    { chargePointIds: () => new Map(ids.map((id) => [id, id])).keys(), disconnect },
    { sessions: { get } } as never,
  );
  onTestFinished(() => replaced.stop());
  vi.advanceTimersByTime(1_000);
  expect(disconnect).toHaveBeenCalledTimes(499);
  expect(disconnect).toHaveBeenCalledWith('CP-7', 'replaced by a newer connection', 7);
  vi.advanceTimersByTime(1_000);
  expect(new Set(disconnect.mock.calls.map(([id]) => id)).size).toBe(699);
  vi.advanceTimersByTime(2_000);
  expect(disconnect.mock.calls.filter(([id]) => id === 'CP-699')).toHaveLength(2);
});
