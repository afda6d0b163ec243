import { closeSync, openSync, readSync } from 'node:fs';
import type { Environment } from '../journal/environment.ts';
import { LaneQueue } from '../journal/lane-queue.ts';
import { openEnvironment } from '../store/open-environment.ts';
import { OUTBOX } from '../store/outbox.ts';
import { copiedCounters, copiedTables } from '../store/replicated.ts';
import { COPIED } from './copy-file.ts';
import { LmdbCopyView, LOG_TABLES } from './lmdb-copy.ts';

/** Entries that are read before any of them is changed. */
const ENTRIES_AT_ONCE = 500;

/** Bytes that say how long a chunk of rows is. */
const LENGTH_BYTES = 4;

const META = 'meta';

export interface CopyInstall {
  readonly dataDir: string;
  /** Where the copy lies. */
  readonly folder: string;
  /** All streams of changes. */
  readonly streams: readonly string[];
  /** File with the rows of this node's changes that the copy leaps over (see MissedRows); absent: none. */
  readonly rows?: string;
}

/** The copy is of no use here: the environment that it is refused for stays as it was. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/**
 * Puts what a copy holds in the place of what this node holds of the log, each environment in one
 * transaction: whatever ends the process, the old or the new is there, with the positions that belong to it.
 * Other processes may read meanwhile. What belongs to the machine stays. Throws CopyRefused, and
 * NewerDataError where a newer Farad made the copy.
 */
export async function installCopy({ dataDir, folder, streams, rows }: CopyInstall): Promise<void> {
  for (const name of COPIED) {
    // An older one is brought up to date first.
    const source = openEnvironment(folder, name);
    const target = openEnvironment(dataDir, name);
    try {
      const keepRows = name === 'state' && rows !== undefined ? rowsInto(target, rows) : () => undefined;
      install(name, source, target, streams, keepRows);
    } finally {
      await Promise.all([source.close(), target.close()]);
    }
  }
}

function install(
  name: (typeof COPIED)[number],
  source: Environment,
  target: Environment,
  streams: readonly string[],
  keepRows: () => void,
): void {
  const tables = [...copiedTables(name), ...LOG_TABLES].map((table) => ({
    from: source.bytes(table),
    to: target.bytes(table),
  }));
  const counters = { from: source.bytes(META), to: target.bytes(META) };
  const [theirs, ours] = [new LmdbCopyView(source), new LmdbCopyView(target)];
  target.transactSync(() => {
    // Places of another log cannot be compared.
    for (const stream of theirs.origin() === ours.origin() ? streams : []) {
      const [there, here] = [theirs.position(stream).seq, ours.position(stream).seq];
      if (there < here)
        throw new CopyRefused(`it is at ${there} of ${stream}, and this node at ${here} already`);
    }
    for (const { from, to } of tables) replace(from, to);
    for (const key of copiedCounters(name)) {
      const value = counters.from.get(key);
      if (value !== undefined) counters.to.put(key, value);
    }
    keepRows();
  });
}

type Bytes = ReturnType<Environment['bytes']>;

/**
 * Makes a table what another one is, with as little writing as that takes: both are walked in their order.
 */
function replace(from: Bytes, to: Bytes): void {
  const theirs = from.getRange({})[Symbol.iterator]();
  let next = theirs.next();
  const putNext = (): void => {
    if (next.done) return;
    to.put(next.value.key, next.value.value);
    next = theirs.next();
  };
  let start: Uint8Array | undefined;
  for (;;) {
    // Before anything is written behind `start`.
    const ours = [...to.getRange({ ...(start && { start, exclusiveStart: true }), limit: ENTRIES_AT_ONCE })];
    for (const { key, value } of ours) {
      let order = 1;
      while (!next.done) {
        order = Buffer.compare(next.value.key, key);
        if (order >= 0) break;
        putNext();
      }
      if (next.done || order > 0) to.remove(key);
      else if (value.equals(next.value.value)) next = theirs.next();
      else putNext();
    }
    if (ours.length < ENTRIES_AT_ONCE) break;
    start = ours.at(-1)?.key;
  }
  while (!next.done) putNext();
}

/** Returns what adds the rows of a file to the outbox, within a transaction. */
function rowsInto(state: Environment, file: string): () => void {
  const lane = new LaneQueue(state, OUTBOX).openTransactionLane();
  return () => {
    for (const chunk of chunksOf(file)) lane.append(chunk);
  };
}

/** A chunk of rows as it lies in the file. */
export function framed(chunk: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(chunk.length);
  return Buffer.concat([length, chunk]);
}

function* chunksOf(file: string): Generator<Buffer> {
  const handle = openSync(file, 'r');
  try {
    const length = Buffer.alloc(LENGTH_BYTES);
    while (readSync(handle, length) === LENGTH_BYTES) {
      const chunk = Buffer.alloc(length.readUInt32BE());
      if (readSync(handle, chunk) < chunk.length) throw new Error(`${file} was cut off`);
      yield chunk;
    }
  } finally {
    closeSync(handle);
  }
}
