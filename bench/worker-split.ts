import type { Bench } from './bench.ts';
import { FRAME_FIGURES, FramesContender, startFarad } from './frames/contenders.ts';

const CHARGE_POINTS = 400;

/** How meter values may be shared out between an edge's main thread and its frame workers, as settings. */
const SPLITS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ['in place', ['--edge-worker-actions', '']],
  ['a task per frame', ['--edge-batch-frames', '1', '--edge-batches-in-flight', '64']],
  ['batches (default)', []],
  ['batches, 2 in flight', ['--edge-batches-in-flight', '2']],
  ['batches, 4 in flight', ['--edge-batches-in-flight', '4']],
  ['batches of at most 16', ['--edge-batch-frames', '16']],
  ['batches of at most 64', ['--edge-batch-frames', '64']],
  ['batches, 2 workers', ['--edge-frame-workers', '2']],
];

/**
 * Shows that the default split is right: who decides meter values, in what portions, over the size of a
 * frame.
 */
export const workerSplitBenches: readonly Bench[] = [1, 7, 35].map((samples) => ({
  name: `worker-split-${samples}`,
  question: `Who is to decide MeterValues with ${samples} samples: the main thread, a worker per frame, or a worker in batches? (sink paused)`,
  figures: FRAME_FIGURES,
  prepare: () => {
    const run = { traffic: 'MeterValues', chargePoints: CHARGE_POINTS, samples } as const;
    const contenders = SPLITS.map(
      ([name, flags]) =>
        new FramesContender(name, undefined, () => startFarad({ flags, sinkPaused: true }), run),
    );
    return {
      contenders,
      close: async () => void (await Promise.all(contenders.map((started) => started.close()))),
    };
  },
}));
