import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Journal,
  journalDirectories,
  journalNames,
  journalPath,
  openJournal,
} from '../journal/journal.ts';
import type { EntryName, Place } from '../journal/lane.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { isOverflow } from '../journal/overflow-lane.ts';

/** What the queues of a node held at some moment. */
export interface Held {
  /** The last entry of each lane. */
  readonly ends: readonly { readonly queue: LaneQueue; readonly end: Place }[];
  /** Directories of overflows. */
  readonly overflows: readonly string[];
}

export interface LocalQueuesOptions {
  readonly dataDir: string;
  /** As `Store.outbox`. */
  readonly outbox: LaneQueue;
}

/** The queues of a node in which rows wait for ClickHouse, as another process than the sink sees them. */
export class LocalQueues {
  private readonly options: LocalQueuesOptions;
  private readonly opened = new Map<string, Journal>();
  /** Queues that were asked for, by whether they are on this disk: what a queue is stays so. */
  private readonly owned = new Map<string, boolean>();

  constructor(options: LocalQueuesOptions) {
    this.options = options;
  }

  /** Of all edges that have one. */
  journals(): Journal[] {
    const { dataDir } = this.options;
    for (const name of journalNames(dataDir))
      if (!this.opened.has(name)) this.opened.set(name, openJournal({ path: journalPath(dataDir, name) }));
    return [...this.opened.values()];
  }

  /** What they hold now. */
  held(): Held {
    const queues = this.lasting();
    return {
      ends: queues.flatMap((queue) => queue.ends().map((end) => ({ queue, end }))),
      overflows: journalDirectories(this.options.dataDir).filter(isOverflow),
    };
  }

  /** Whether ClickHouse has all that they held then: an overflow is deleted once it is drained. */
  hasLeft({ ends, overflows }: Held): boolean {
    return (
      ends.every(({ queue, end }) => queue.isDrainedUpTo(end)) &&
      overflows.every((name) => !existsSync(join(this.options.dataDir, name)))
    );
  }

  /** Whether an entry of this queue is, or was, on the disk of this node. */
  async isOwn(queue: string): Promise<boolean> {
    const isThere = (): boolean =>
      this.options.outbox.uuid === queue || this.journals().some(({ uuid }) => uuid === queue);
    let isFound = this.owned.get(queue) ?? isThere();
    if (!this.owned.has(queue) && !isFound) {
      await this.eachOverflow((overflow) => {
        isFound ||= overflow.uuid === queue;
      });
    }
    this.owned.set(queue, isFound);
    return isFound;
  }

  /** Names of all entries that they hold now. */
  async names(): Promise<EntryName[]> {
    const queues = this.lasting();
    const names = queues.flatMap((queue) => queue.names());
    await this.eachOverflow(({ queue }) => {
      for (const name of queue.names()) names.push(name);
    });
    return names;
  }

  /** The chunks of those entries that are still there. */
  async find(entries: readonly EntryName[]): Promise<Map<EntryName, Buffer>> {
    const found = new Map<EntryName, Buffer>();
    const findIn = (queue: LaneQueue): void => {
      for (const entry of entries) {
        const { lane, seq } = entry;
        if (entry.queue !== queue.uuid) continue;
        const [there] = queue.readSpan({ lane, from: seq, to: seq });
        if (there) found.set(entry, there.chunk);
      }
    };
    const queues = this.lasting();
    for (const queue of queues) findIn(queue);
    const isInOverflow = entries.some((entry) => queues.every(({ uuid }) => uuid !== entry.queue));
    if (isInOverflow) await this.eachOverflow(({ queue }) => findIn(queue));
    return found;
  }

  async close(): Promise<void> {
    await Promise.all([...this.opened.values()].map((journal) => journal.close()));
  }

  /** Those that are not deleted once they are drained. */
  private lasting(): LaneQueue[] {
    return [this.options.outbox, ...this.journals().map(({ queue }) => queue)];
  }

  /** Opens one at a time, only to read: they are for the sink to delete. */
  private async eachOverflow(look: (overflow: Journal) => void): Promise<void> {
    const { dataDir } = this.options;
    for (const name of journalDirectories(dataDir).filter(isOverflow)) {
      const overflow = openIfThere(join(dataDir, name));
      if (!overflow) continue;
      look(overflow);
      await overflow.close();
    }
  }
}

/** Undefined where it was drained and deleted meanwhile. */
function openIfThere(path: string): Journal | undefined {
  try {
    return openJournal({ path, readOnly: true });
  } catch (error) {
    if (existsSync(path)) throw error;
    return undefined;
  }
}
