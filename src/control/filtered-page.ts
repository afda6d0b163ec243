/** Items asked of the store at a time where most of them may not match. */
const CHUNK = 500;
/** Most items looked at for one page: a rare match must not keep control from everything else. */
const MAX_SCANNED = 10_000;

export interface Listing<Item> {
  readonly items: readonly Item[];
  /** Where to go on; absent at the end. */
  readonly next?: string;
}

/**
 * A page of the items of `list` that match, and where the next one begins. It may be short, even empty, and
 * yet have a `next`. `list` gives the items after a position, no more than asked for.
 */
export function filteredPage<Item>(
  list: (after: string | undefined, limit: number) => Listing<Item>,
  { after, limit, matches }: { after: string | undefined; limit: number; matches?: (item: Item) => boolean },
): Listing<Item> {
  if (!matches) return list(after, limit);
  const items: Item[] = [];
  let position = after;
  for (let scanned = 0; scanned < MAX_SCANNED && items.length < limit; ) {
    const missing = limit - items.length;
    let page = list(position, CHUNK);
    let found = page.items.filter(matches);
    if (found.length > missing) {
      // Listed again just to its last item that is wanted, so that the store itself says where to go on.
      page = list(position, page.items.indexOf(found[missing - 1] as Item) + 1);
      found = page.items.filter(matches);
    }
    items.push(...found);
    scanned += page.items.length;
    position = page.next;
    if (position === undefined) return { items };
  }
  return { items, ...(position !== undefined && { next: position }) };
}
