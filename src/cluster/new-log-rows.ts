import type { Environment } from '../journal/environment.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { Uncopied } from '../journal/uncopied.ts';
import { LocalQueues } from './local-queues.ts';

export interface NewLogRowsOptions {
  readonly dataDir: string;
  readonly environments: { readonly state: Environment; readonly outbox: LaneQueue };
}

/** Of a node: entries of all its queues that were there before the log which it takes part in. */
export function uncopiedInNewLog(state: Environment): Uncopied {
  return new Uncopied(state);
}

/**
 * Notes all that waits for ClickHouse on this disk, so that it is copied into the streams of a new log: those
 * of the one before are gone, with the copies of chunks and the changes that had rows. To be done before any
 * change of the new log is applied, since that has the rows of its own changes. May be repeated. Resolves
 * with how many chunks there are; rejects with CommitError.
 */
export async function noteRowsForNewLog({ dataDir, environments }: NewLogRowsOptions): Promise<number> {
  const queues = new LocalQueues({ dataDir, outbox: environments.outbox });
  try {
    const names = await queues.names();
    await uncopiedInNewLog(environments.state).noteAll(names);
    return names.length;
  } finally {
    await queues.close();
  }
}
