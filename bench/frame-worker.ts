import { mainThreadCpuSeconds } from '../src/telemetry/process-metrics.ts';
import { createFrameDecider } from '../src/workers/frame-decider.ts';
import type { Bench, Contender } from './bench.ts';
import { template } from './frames/messages.ts';

const SAMPLES = 7;
const FRAMES_PER_BATCH = 100;
const RUN_MS = 1_500;

/**
 * What a frame worker spends on reading, validating and writing rows: without the hand-over to its thread and
 * without the journal.
 */
export const frameWorkerBench: Bench = {
  name: 'frame-worker',
  question: `What does a frame worker spend on a MeterValues with ${SAMPLES} samples, from its bytes to rows that are ready to insert?`,
  figures: [{ key: 'worker', unit: 'µs of CPU per CALL', better: 'lower' }],
  prepare() {
    const { text } = template('MeterValues', 1, SAMPLES);
    return {
      contenders: [
        worker('as charge points write it', 'read off its bytes', text),
        worker('with an escape', 'left to JSON.parse and the validator', text.replace('"57"', '"\\u00357"')),
      ],
    };
  },
};

function worker(name: string, note: string, text: string): Contender {
  const frame = Buffer.from(text);
  const bytes = new SharedArrayBuffer(frame.length * FRAMES_PER_BATCH);
  const receivedAt = Date.now();
  const frames = Array.from({ length: FRAMES_PER_BATCH }, (_, index) => {
    const offset = index * frame.length;
    frame.copy(Buffer.from(bytes), offset);
    const chargePointId = `BENCH-${index}`;
    return {
      offset,
      length: frame.length,
      chargePointId,
      version: '1.6' as const,
      receivedAt,
      strict: false,
      openTransactions: [],
    };
  });
  const lane = { append: () => Promise.resolve() };
  const decider = createFrameDecider({ lane, level: () => 'normal' });
  return {
    name,
    note,
    async run() {
      const before = mainThreadCpuSeconds() ?? 0;
      const until = performance.now() + RUN_MS;
      let decided = 0;
      while (performance.now() < until) {
        const { verdicts, figures } = await decider.decideBatch({ bytes, frames });
        if (figures.rows !== FRAMES_PER_BATCH * SAMPLES) throw new Error('a frame was not kept');
        decided += verdicts.length;
      }
      return { worker: (((mainThreadCpuSeconds() ?? 0) - before) * 1e6) / decided };
    },
  };
}
