import type { Journal } from '../journal/journal.ts';
import type { CopySettings } from './row-copies.ts';
import type { SteadyConnection } from './steady-connection.ts';

/** Where chunks of meter values are kept before they are confirmed. */
export interface SampleLane {
  /** Resolves once the chunk may be confirmed. Rejects with CommitError. */
  append(chunk: Uint8Array): Promise<unknown>;
}

/**
 * Opens a lane of the journal, as `Journal.openLane`, whose entries are copied to other machines. Without
 * settings the machine is alone: it is the lane of the journal, and nothing of NATS is loaded. Without a
 * connection of this process it makes one.
 */
export async function openSampleLane(
  journal: Pick<Journal, 'openLane' | 'uncopied'>,
  settings: CopySettings | undefined,
  connection?: SteadyConnection,
): Promise<SampleLane> {
  if (!settings) return journal.openLane();
  const { openCopiedLane } = await import('./copied-lane.ts');
  return openCopiedLane(journal, settings, connection);
}
