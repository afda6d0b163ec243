import type { Table } from '../journal/environment.ts';
import { after, textKey, textsFrom } from './keys.ts';

/** A page of a listing in key order. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /**
   * Give it as `after` to go on; absent at the end. A page may be short and yet have a `next`: work per call
   * is bounded.
   */
  readonly next?: string;
}

export interface ListOptions {
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
  /** Only keys that begin with this. */
  readonly prefix?: string;
  /** Only those that contain this, without case. */
  readonly search?: string;
}

/** Records looked at per call at most, so that a search that finds nothing does not hold anybody up. */
export const MAX_VISITED = 2_000;

/** How a table whose keys are texts is listed. */
export interface Listed<Item> {
  /** The text in the key of a record. */
  readonly key: (item: Item) => string;
  /** What `search` is looked for in. */
  readonly searched: (item: Item) => readonly (string | undefined)[];
}

/** One page of a table whose keys are texts. */
export function listPage<Item>(
  table: Table<Item>,
  options: ListOptions,
  { key, searched }: Listed<Item>,
): Page<Item> {
  const { start, end } = textsFrom(options.prefix ?? '');
  const from = options.after === undefined ? start : after(textKey(options.after));
  const wanted = options.search?.toLowerCase();
  const items: Item[] = [];
  let visited = 0;
  let last: string | undefined;
  for (const { value } of table.getRange({ start: Buffer.compare(from, start) > 0 ? from : start, end })) {
    if (items.length === options.limit || visited === MAX_VISITED) {
      return last === undefined ? { items } : { items, next: last };
    }
    visited++;
    last = key(value);
    if (wanted === undefined || contains(searched(value), wanted)) items.push(value);
  }
  return { items };
}

function contains(texts: readonly (string | undefined)[], wanted: string): boolean {
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}
