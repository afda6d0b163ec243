/**
 * The value that the part `q` of the observations in a histogram does not exceed, within its bucket taken as
 * evenly spread. `counts` are per bucket, one more than `bounds`; beyond the last bound the answer is that
 * bound. Undefined without observations.
 */
export function quantileOf(
  q: number,
  bounds: readonly number[],
  counts: readonly number[],
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = q * total;
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    const count = counts[index] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const lower = index === 0 ? 0 : (bounds[index - 1] as number);
      return lower + ((bound - lower) * (wanted - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1);
}
