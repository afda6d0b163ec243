import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { BatchVerdict, FrameBatch } from './frame-batch.ts';
import type { FrameWorkerData } from './frames.ts';
import {
  type PackedBatch,
  type PackedVerdict,
  ProgressBoard,
  packBatch,
  unpackVerdict,
} from './pack-batch.ts';

export interface FramePoolOptions extends Pick<FrameWorkerData, 'journal' | 'copies'> {
  readonly threads: number;
  /** Most batches that the threads have at a time; while one is being flushed, the next is read. */
  readonly batchesInFlight: number;
  /**
   * Told of a thread that died while it had nothing to do (another takes its place), and of one that had to
   * be ended.
   */
  readonly onFault: (error: Error) => void;
  /** What the threads run; default the frame workers of the build. */
  readonly file?: string;
}

/** The frame workers of one edge. */
export interface FramePool {
  /**
   * Hands the batch to a worker. Rejects if the worker dies of it, or its verdict cannot be read; its frames
   * may then be tried one by one. Once `lost` is aborted nobody waits for the verdict any more: a thread that
   * hangs on the batch is replaced by another, and batches that are given to `run` from then on wait for
   * that. A thread that only waits for the disk is left alone.
   */
  run(batch: FrameBatch, lost?: AbortSignal): Promise<BatchVerdict>;
  /** Ends the threads, after what they are working on; after half a second at the latest. */
  close(): Promise<void>;
}

/** How long `close` waits for what the threads are working on, ms. */
const CLOSE_TIMEOUT_MS = 500;

/**
 * For batches that are lost, and still with a thread, on top of those in flight. Further ones share a slot.
 */
const SPARE_SLOTS = 256;

/** Of what may share a slot. */
const ANY_SLOT = 0;

/** Starts the threads at once, so that the first frames need not wait for them. */
export function createFramePool(options: FramePoolOptions): FramePool {
  const { journal, copies, threads, batchesInFlight, onFault, file = frameWorkerFile() } = options;
  const slots = batchesInFlight + SPARE_SLOTS;
  const progress = ProgressBoard.of(slots);
  const free = Array.from({ length: slots - 1 }, (_, index) => slots - 1 - index);
  const data: FrameWorkerData = { journal, copies, progress: progress.memory };
  const pool = new Piscina<PackedBatch, PackedVerdict>({
    filename: file,
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
      pool.run(packBatch({ bytes: new SharedArrayBuffer(0), frames: [] }, ANY_SLOT)),
    ),
  );
  /** Threads that are being ended, by their number. */
  const ending = new Map<number, Promise<unknown>>();

  const replace = (slot: number): void => {
    const { threadId, isFlushing } = progress.read(slot);
    // One that has not begun with the batch may still be opening its journal; ended then, it takes the
    // process with it, or never ends.
    const thread = isFlushing ? undefined : pool.threads.find((worker) => worker.threadId === threadId);
    if (thread === undefined || ending.has(threadId)) return;
    onFault(new Error('a frame worker hangs, another takes its place'));
    ending.set(
      threadId,
      thread.terminate().finally(() => ending.delete(threadId)),
    );
  };

  const runIn = async (
    slot: number,
    batch: FrameBatch,
    lost: AbortSignal | undefined,
  ): Promise<PackedVerdict> => {
    // A thread that is being ended is still given tasks, and takes them with it.
    while (ending.size > 0) await Promise.allSettled(ending.values());
    if (lost?.aborted) throw new Error('no worker was free for the batch in time');
    progress.clear(slot);
    const giveUp = (): void => replace(slot);
    lost?.addEventListener('abort', giveUp);
    try {
      return await pool.run(packBatch(batch, slot));
    } finally {
      lost?.removeEventListener('abort', giveUp);
    }
  };

  return {
    async run(batch, lost) {
      const slot = free.pop() ?? ANY_SLOT;
      try {
        return unpackVerdict(await runIn(slot, batch, lost));
      } finally {
        if (slot !== ANY_SLOT) free.push(slot);
      }
    },
    async close() {
      // A thread that is ended while it opens its journal takes the process with it, or never ends.
      await started;
      await pool.close();
    },
  };
}

/**
 * The built file that the threads load. Threads cannot load TypeScript, so running from the sources (tests)
 * they use the build.
 */
export function frameWorkerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])workers([/\\])frame-pool\.ts$/, 'dist$1workers$2frames.js')
    : here.replace(/frame-pool\.js$/, 'frames.js');
}
