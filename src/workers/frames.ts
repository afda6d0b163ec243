import { workerData } from 'node:worker_threads';
import type { CopySettings } from '../cluster/row-copies.ts';
import { openSampleLane } from '../cluster/sample-lane.ts';
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
  /** How samples are copied to other machines; absent: this one is alone. */
  readonly copies?: CopySettings | undefined;
  /** Of the ProgressBoard. */
  readonly progress: SharedArrayBuffer;
}

const { journal: options, copies, progress: memory } = workerData as FrameWorkerData;
const progress = new ProgressBoard(memory);
const journal = openJournal(options);
const decider = createFrameDecider({ lane: await openSampleLane(journal, copies), level: journal.level });

/** The Piscina task of an edge's frame workers. */
export default async function decideFrames(batch: PackedBatch): Promise<PackedVerdict> {
  progress.begin(batch.slot);
  return packVerdict(await decider.decideBatch(unpackBatch(batch), () => progress.flushing(batch.slot)));
}
