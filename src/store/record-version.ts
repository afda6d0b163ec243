/** As many changes of a record in one millisecond as its versions distinguish. */
const PER_MS = 1024;

/** A record that may be new. */
export type Unversioned<Versioned extends { readonly version: number }> = Omit<Versioned, 'version'> &
  Partial<Pick<Versioned, 'version'>>;

/**
 * Returns a version for the record that follows `before`, which is undefined where there is none: higher than
 * that of `before` under any clock, and higher than those of one that was removed unless the clock was set
 * back meanwhile. Only versions of one record can be compared. A safe integer until the year 2248.
 */
export function versionAfter(before: { readonly version?: number } | undefined, now = Date.now()): number {
  return Math.max((before?.version ?? 0) + 1, now * PER_MS);
}

/** A version as a record may have got it so many ms before it got this one. */
export function versionBefore(version: number, ms: number): number {
  return Math.max(0, version - ms * PER_MS);
}
