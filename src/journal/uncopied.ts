import type { Environment, Table } from './environment.ts';
import { type EntryName, laneKey, laneOf, seqOf } from './lane.ts';

const NOTED = Buffer.of(1);

/** Names per write transaction: other writers wait for the lock no longer than that takes. */
const NAMES_PER_TRANSACTION = 500;

/**
 * Names of entries of queues that were confirmed although no other machine has them. That of a journal has
 * those of it and of its overflows; that of a node's state those of all queues, which a new log lacks.
 * An entry that has left its queue since may still be named.
 */
export class Uncopied {
  private readonly environment: Environment;
  private readonly names: Table<Buffer>;

  constructor(environment: Environment) {
    this.environment = environment;
    this.names = environment.bytes('uncopied');
  }

  /** Resolves once it is on the disk. Rejects with CommitError. */
  note(entry: EntryName): Promise<void> {
    return this.noteAll([entry]);
  }

  /** As `note`, for many. */
  async noteAll(entries: readonly EntryName[]): Promise<void> {
    for (let from = 0; from < entries.length; from += NAMES_PER_TRANSACTION) {
      const some = entries.slice(from, from + NAMES_PER_TRANSACTION);
      await this.environment.write(() => {
        for (const entry of some) this.names.put(keyOf(entry), NOTED);
      });
    }
  }

  /** Those of each lane in the order of their numbers. */
  all(): EntryName[] {
    this.environment.endRead();
    const entries = Array.from(this.names.getKeys({}), nameOf);
    this.environment.endRead();
    return entries;
  }

  /** Rejects with CommitError. */
  async forget(entries: readonly EntryName[]): Promise<void> {
    if (entries.length === 0) return;
    await this.environment.write(() => {
      for (const entry of entries) this.names.remove(keyOf(entry));
    });
  }
}

/** The identity of the queue, then the key of the entry in that. */
function keyOf({ queue, lane, seq }: EntryName): Buffer {
  return Buffer.concat([Buffer.from(queue), laneKey(lane, seq)]);
}

function nameOf(key: Uint8Array): EntryName {
  const at = key.length - laneKey(0, 0).length;
  const place = key.subarray(at);
  return { queue: Buffer.from(key.subarray(0, at)).toString(), lane: laneOf(place), seq: seqOf(place) };
}
