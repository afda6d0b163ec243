import type { Change } from './change.ts';
import { type CopyView, REMEMBERED } from './copy.ts';

/** What became of a change that was to be appended. */
export type Appended =
  /** The stream says that it has it there: not yet a proof (see `fateOf`). */
  | { readonly outcome: 'stored'; readonly seq: number }
  /** A newer change of the scope is there, and this one is not, nor will be. */
  | { readonly outcome: 'late'; readonly seq: number }
  /** A newer change of the scope is there: another one's, or this one, since an earlier answer was lost. */
  | { readonly outcome: 'overtaken'; readonly seq: number }
  /** Too many are on their way: it was not sent. */
  | { readonly outcome: 'busy' }
  /** Nobody knows whether it was stored, or yet will be. */
  | { readonly outcome: 'unknown'; readonly cause: string };

/** It is in the log, or another change is there in its place. */
export type InLog = Extract<Appended, { readonly seq: number }>;

/**
 * What has become of an appended change in this node's copy:
 * - `waiting`: the copy is not there yet;
 * - `applied`: it took effect;
 * - `refused`: it did not, and never will: evaluate again;
 * - `missing`: nor is it where the stream said that it had it: evaluate again;
 * - `forgotten`: so many changes of the scope came after it that the copy no longer knows.
 */
export type Fate = 'waiting' | 'applied' | 'refused' | 'missing' | 'forgotten';

export function fateOf(
  view: CopyView,
  stream: string,
  { id, scope, base }: Pick<Change, 'id' | 'scope' | 'base'>,
  appended: InLog,
): Fate {
  const { seq, outcome } = appended;
  const newest = view.applied(scope);
  if (newest.some((one) => one.id === id)) return 'applied';
  if (view.position(stream).seq < seq) return 'waiting';
  if (outcome === 'late') return 'refused';
  if (view.refused(stream, seq).includes(id)) return 'refused';
  const oldest = newest[REMEMBERED - 1];
  // What overtook it may be itself, anywhere behind its base, with others behind it.
  const notBefore = outcome === 'stored' ? seq : base.seq;
  if (oldest !== undefined && oldest.seq > notBefore) return 'forgotten';
  return outcome === 'stored' ? 'missing' : 'refused';
}
