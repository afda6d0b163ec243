/**
 * What to show of `fresh`, newest first, so that no row of `before` moves: new rows above the last known one
 * wait, and as many as those pushed off the end of the page are kept as they were. New rows below the last
 * known one come after it.
 */
export function inPlace<Item>(
  before: readonly Item[],
  fresh: readonly Item[],
  idOf: (item: Item) => unknown,
): { readonly shown: readonly Item[]; readonly waiting: number } {
  const known = new Set(before.map(idOf));
  const byId = new Map(fresh.map((item) => [idOf(item), item]));
  const lastKnown = fresh.findLastIndex((item) => known.has(idOf(item)));
  const end = lastKnown === -1 ? fresh.length : lastKnown + 1;
  const waiting = fresh.slice(0, end).filter((item) => !known.has(idOf(item))).length;
  const lastLeft = before.findLastIndex((item) => byId.has(idOf(item)));
  const stay = before.flatMap((item, index) => {
    const current = byId.get(idOf(item));
    if (current) return [current];
    return index > lastLeft && index <= lastLeft + waiting ? [item] : [];
  });
  return { shown: [...stay, ...fresh.slice(end)], waiting };
}
