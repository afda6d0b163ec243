import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { BatchVerdict, FrameBatch } from './frame-batch.ts';
import type { FrameWorkerData } from './frames.ts';

export interface FramePoolOptions extends FrameWorkerData {
  readonly threads: number;
  /** Most batches that the threads have at a time; while one is being flushed, the next is read. */
  readonly batchesInFlight: number;
}

/** The frame workers of one edge. */
export interface FramePool {
  /** Hands the batch, whose bytes are transferred, to a worker. Rejects if the worker dies of it; its frames may then be tried one by one. */
  run(batch: FrameBatch): Promise<BatchVerdict>;
  /** Ends the threads, after what they are working on. */
  close(): Promise<void>;
}

/** Starts the threads at once, so that the first frames need not wait for them. */
export function createFramePool({ journal, threads, batchesInFlight }: FramePoolOptions): FramePool {
  const data: FrameWorkerData = { journal };
  const pool = new Piscina<FrameBatch, BatchVerdict>({
    filename: frameWorkerFile(),
    workerData: data,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: Math.max(1, Math.ceil(batchesInFlight / threads)),
    recordTiming: false,
  });
  return {
    run: (batch) => pool.run(batch, { transferList: [batch.bytes] }),
    close: () => pool.close(),
  };
}

/** The built file that the threads load. Threads cannot load TypeScript, so running from the sources (tests) they use the build. */
export function frameWorkerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])workers([/\\])frame-pool\.ts$/, 'dist$1workers$2frames.js')
    : here.replace(/frame-pool\.js$/, 'frames.js');
}
