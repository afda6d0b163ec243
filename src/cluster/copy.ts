import { type Change, type ChangeRef, type Changes, decodeContent, NO_CHANGE, type Part } from './change.ts';

/** How many of the newest changes of a scope a copy remembers. */
export const REMEMBERED = 8;

/** A change takes effect only with parts that are at most so many messages before it. */
const PARTS_WITHIN = 1_000_000;

/** A change is for a table that this release does not have. */
export class UnknownTable extends Error {
  override readonly name = 'UnknownTable';

  constructor(table: string) {
    super(`this release has no table ${table}`);
  }
}

/** What has come of the log so far, in a node's copy; all of it is read from one snapshot. */
export interface CopyView {
  /** The last message of a stream that was decided about; NO_CHANGE before the first. */
  position(stream: string): ChangeRef;
  /** The newest changes of a scope that took effect, newest first; empty where there is none. */
  applied(scope: string): readonly ChangeRef[];
  /** The ids of the changes that were refused at this place. */
  refused(stream: string, seq: number): readonly string[];
  /** The log that goes on from what this copy held before; empty where all of it came out of the log. */
  origin(): string;
}

/**
 * Where an applier writes: a node's copy of the state that the log makes. `state` and `directory` have one
 * each, so that a charge point is never taken for a scope of the other.
 */
export interface Copy extends CopyView {
  /**
   * Runs `work` in one transaction, all or nothing, and resolves once that is on the disk. `work` may be run
   * again. Only within it may anything be written. Rejects with what `work` threw, or with CommitError.
   */
  transact<Result>(work: () => Result): Promise<Result>;
  /** Throws UnknownTable for a table that this release does not have; so does `remove`. */
  put(table: string, key: Uint8Array, value: Uint8Array): void;
  remove(table: string, key: Uint8Array): void;
  /**
   * Keeps the rows of a change that stands there, for ClickHouse, if it is for this node to send them.
   */
  addRows(change: Pick<Change, 'node' | 'rows'>, stream: string, seq: number): void;
  setPosition(stream: string, position: ChangeRef): void;
  setApplied(scope: string, newest: readonly ChangeRef[]): void;
  setRefused(stream: string, seq: number, ids: readonly [string, ...string[]]): void;
  /** Forgets what was refused before this place. */
  forgetRefused(stream: string, before: number): void;
  /** Keeps a part until its change comes. */
  setPart(stream: string, seq: number, part: Part): void;
  /** The part that is kept of this place. */
  part(stream: string, seq: number): Part | undefined;
  removePart(stream: string, seq: number): void;
  /** Forgets the parts before this place, whose changes never came. */
  forgetParts(stream: string, before: number): void;
}

/** A message where it stands in a stream. */
export interface Logged {
  readonly seq: number;
  readonly message: Changes | Part;
}

/** What a new change of the scope is to be based on. */
export function baseOf(view: CopyView, scope: string): ChangeRef {
  return view.applied(scope)[0] ?? firstBaseOf(view);
}

/**
 * What the first change of a scope is based on: where the log goes on from a copy, a change of a node that
 * has no such copy takes no effect.
 */
function firstBaseOf(view: CopyView): ChangeRef {
  return { ...NO_CHANGE, id: view.origin() };
}

/**
 * Lets each change of a message take effect if what it is based on is still the newest of its scope, and all
 * of its parts are there; notes it as refused otherwise; keeps a part. Returns how many were refused. Every
 * node decides the same, since it sees the same messages in the same order. Within a transaction, which also
 * sets the position of the copy to its last message.
 */
export function decide(copy: Copy, stream: string, { seq, message }: Logged): number {
  if ('part' in message) {
    copy.forgetParts(stream, seq - PARTS_WITHIN);
    copy.setPart(stream, seq, message);
    return 0;
  }
  const [refused, ...others] = message.changes
    .filter((change) => !takeEffect(copy, stream, seq, change))
    .map(({ id }) => id);
  if (refused === undefined) return 0;
  copy.setRefused(stream, seq, [refused, ...others]);
  return 1 + others.length;
}

/** Returns whether it did. */
function takeEffect(copy: Copy, stream: string, seq: number, change: Change): boolean {
  const { id, scope, base, rows } = change;
  const before = copy.applied(scope);
  const newest = before[0] ?? firstBaseOf(copy);
  const isNewest = base.seq === newest.seq && base.id === newest.id;
  const content = takeContent(copy, stream, seq, change);
  if (!isNewest || !content) return false;
  for (const [table, key, value] of content.puts) copy.put(table, key, value);
  for (const [table, key] of content.deletes) copy.remove(table, key);
  if (rows.length > 0) copy.addRows(change, stream, seq);
  copy.setApplied(scope, [{ seq, id }, ...before].slice(0, REMEMBERED));
  return true;
}

/**
 * What a change puts and deletes; undefined where one of its parts is not there. Its parts are kept no
 * longer.
 */
function takeContent(
  copy: Copy,
  stream: string,
  seq: number,
  change: Change,
): Pick<Change, 'puts' | 'deletes'> | undefined {
  if (!change.parts) return change;
  const found = change.parts
    .filter((place) => place < seq && place >= seq - PARTS_WITHIN)
    .map((place) => ({ place, part: copy.part(stream, place) }))
    .filter(({ part }) => part?.of === change.id);
  for (const { place } of found) copy.removePart(stream, place);
  if (found.length < change.parts.length) return undefined;
  return decodeContent(Buffer.concat(found.map(({ part }) => part?.part ?? Buffer.alloc(0))));
}
