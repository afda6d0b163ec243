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

/** When a node was away, ms. */
export interface Away {
  readonly node: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The longest time between two confirmations of a node that was not away meanwhile, or up to `to` where no
 * more came, of which some lies between `from` and `to`; undefined where nothing is known.
 */
export function longestGap(
  all: readonly Confirmations[],
  { from, to, away }: { readonly from: number; readonly to: number; readonly away: readonly Away[] },
): Gap | undefined {
  let longest: Gap | undefined;
  for (const { node, stream, times } of all) {
    for (const [index, time] of times.entries()) {
      const next = times[index + 1] ?? Math.max(to, time);
      const ms = next - time;
      const isWithin = next > from && time < to;
      const wasAway = away.some((one) => one.node === node && next > one.from && time < one.to);
      if (isWithin && !wasAway && ms > (longest?.ms ?? 0)) longest = { node, stream, ms };
    }
  }
  return longest;
}
