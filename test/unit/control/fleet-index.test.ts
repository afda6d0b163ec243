import { expect, onTestFinished, test } from 'vitest';
import type { Edges } from '../../../src/control/edges.ts';
import { FleetIndex } from '../../../src/control/fleet-index.ts';
import { logTo } from '../../../src/telemetry/log.ts';
import { scratchStore } from '../store/scratch.ts';

test('a fleet of which nothing was written is not gone through again, and is once something was', async () => {
  const store = scratchStore();
  await store.settings.put({ id: 'A' });
  const asked: string[] = [];
  const edges = {
    mark: () => 'edge-0',
    holder: (id: string) => void asked.push(id),
  } as unknown as Edges;
  let mark = 'first';
  let counted = 0;
  let heard: (() => void) | undefined;
  const index = new FleetIndex({
    store,
    edges,
    changes: { mark: () => mark },
    pauseMs: 20,
    log: logTo({ write: () => undefined }, 'info', 'test'),
    counted: () => {
      counted++;
      heard?.();
    },
  });
  onTestFinished(() => index.close());
  const nextCount = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });

  const first = await index.census();
  await nextCount();
  expect([counted, asked]).toEqual([2, ['A']]);
  expect(await index.census()).toBe(first);

  await store.settings.put({ id: 'B' });
  mark = 'second';
  await nextCount();
  expect(asked).toEqual(['A', 'A', 'B']);
  expect((await index.census()).chargePoints.map(({ id }) => id)).toEqual(['A', 'B']);
});
