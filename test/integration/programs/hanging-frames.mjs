/**
 * Frame workers that come to no end with a frame that says HANG, having made its first byte an x, and post
 * something that nobody can read for one that says ODD.
 */
import { workerData } from 'node:worker_threads';
import decideFrames from '../../../dist/workers/frames.js';
import { ProgressBoard } from '../../../dist/workers/pack-batch.js';

export default async function decide(batch) {
  const bytes = Buffer.from(batch.bytes);
  const text = bytes.toString();
  if (text.includes('HANG')) {
    new ProgressBoard(workerData.progress).begin(batch.slot);
    bytes.write('x');
    for (;;);
  }
  const verdict = await decideFrames(batch);
  return text.includes('ODD') ? { ...verdict, others: new Uint8Array(10) } : verdict;
}
