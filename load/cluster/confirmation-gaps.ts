/** When something was confirmed at a node, oldest first, ms. */
export interface Confirmations {
  readonly node: string;
  /** The stream of the log that it went through. */
  readonly stream: string;
  readonly times: readonly number[];
}

/** The longest time without a confirmation. */
export interface Gap {
  readonly node: string;
  readonly stream: string;
  readonly ms: number;
}

/**
 * The longest time between two confirmations of a node that is not `away`, or up to `to` where no more came,
 * of which some lies between `from` and `to`; undefined where nothing is known.
 */
export function longestGap(
  all: readonly Confirmations[],
  { from, to, away }: { readonly from: number; readonly to: number; readonly away: string | undefined },
): Gap | undefined {
  let longest: Gap | undefined;
  for (const { node, stream, times } of all) {
    if (node === away) continue;
    for (const [index, time] of times.entries()) {
      const next = times[index + 1] ?? Math.max(to, time);
      const ms = next - time;
      if (next > from && time < to && ms > (longest?.ms ?? 0)) longest = { node, stream, ms };
    }
  }
  return longest;
}
