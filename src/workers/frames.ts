import { workerData } from 'node:worker_threads';
import { openJournal } from '../journal/journal.ts';
import type { BatchVerdict, FrameBatch } from './frame-batch.ts';
import { createFrameDecider } from './frame-decider.ts';

/** What the pool tells each of its threads. */
export interface FrameWorkerData {
  readonly journal: Parameters<typeof openJournal>[0];
}

const journal = openJournal((workerData as FrameWorkerData).journal);
const decider = createFrameDecider({ lane: journal.openLane(), level: () => journal.level() });

/** The Piscina task of an edge's frame workers. */
export default function decideFrames(batch: FrameBatch): Promise<BatchVerdict> {
  return decider.decideBatch(batch);
}
