import { workerData } from 'node:worker_threads';
import { openJournal } from '../journal/journal.ts';
import { createFrameDecider } from './frame-decider.ts';
import {
  type PackedBatch,
  type PackedVerdict,
  ProgressBoard,
  packVerdict,
  unpackBatch,
} from './pack-batch.ts';

/** What the pool gives each of its threads. */
export interface FrameWorkerData {
  readonly journal: Parameters<typeof openJournal>[0];
  /** Of the ProgressBoard. */
  readonly progress: SharedArrayBuffer;
}

const { journal: options, progress: memory } = workerData as FrameWorkerData;
const progress = new ProgressBoard(memory);
const journal = openJournal(options);
const decider = createFrameDecider({ lane: journal.openLane(), level: journal.level });

/** The Piscina task of an edge's frame workers. */
export default async function decideFrames(batch: PackedBatch): Promise<PackedVerdict> {
  progress.begin(batch.slot);
  return packVerdict(await decider.decideBatch(unpackBatch(batch), () => progress.flushing(batch.slot)));
}
