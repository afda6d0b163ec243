import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { BatchVerdict, FrameBatch } from './frame-batch.ts';
import type { FrameWorkerData } from './frames.ts';
import { type PackedBatch, type PackedVerdict, packBatch, unpackVerdict } from './pack-batch.ts';

export interface FramePoolOptions extends FrameWorkerData {
  readonly threads: number;
  /** Most batches that the threads have at a time; while one is being flushed, the next is read. */
  readonly batchesInFlight: number;
  /** Told of a thread that died while it had nothing to do (another takes its place), and of one that had to be ended. */
  readonly onFault: (error: Error) => void;
}

/** The frame workers of one edge. */
export interface FramePool {
  /** Hands the batch to a worker. Rejects if the worker dies of it; its frames may then be tried one by one. */
  run(batch: FrameBatch): Promise<BatchVerdict>;
  /** Ends the threads, after what they are working on; after half a second at the latest. */
  close(): Promise<void>;
}

/** How long `close` waits for what the threads are working on, ms. */
const CLOSE_TIMEOUT_MS = 500;

/** Starts the threads at once, so that the first frames need not wait for them. */
export function createFramePool({ journal, threads, batchesInFlight, onFault }: FramePoolOptions): FramePool {
  const data: FrameWorkerData = { journal };
  const pool = new Piscina<PackedBatch, PackedVerdict>({
    filename: frameWorkerFile(),
    workerData: data,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: Math.max(1, Math.ceil(batchesInFlight / threads)),
    recordTiming: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
  });
  // Without a listener such an event would end the process.
  pool.on('error', onFault);
  const started = Promise.allSettled(
    Array.from({ length: threads }, () =>
      pool.run(packBatch({ bytes: new SharedArrayBuffer(0), frames: [] })),
    ),
  );
  return {
    run: async (batch) => unpackVerdict(await pool.run(packBatch(batch))),
    async close() {
      // A thread that is ended while it opens its journal takes the process with it, or never ends.
      await started;
      await pool.close();
    },
  };
}

/** The built file that the threads load. Threads cannot load TypeScript, so running from the sources (tests) they use the build. */
export function frameWorkerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])workers([/\\])frame-pool\.ts$/, 'dist$1workers$2frames.js')
    : here.replace(/frame-pool\.js$/, 'frames.js');
}
