/** What a writer takes to be stored: this version, whatever version, or nothing. */
export type ExpectedVersion = number | 'any' | 'none';

/** What is stored is not what the writer took it to be: somebody else was faster. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
  /** Undefined where nothing is stored. */
  readonly current: number | undefined;

  constructor(current: number | undefined) {
    super(`version ${current ?? 'none'} is stored`);
    this.current = current;
  }
}

/**
 * Throws VersionConflict where `stored` is not what was expected; to be called inside the write transaction.
 */
export function requireVersion(
  stored: { readonly version: number } | undefined,
  expected: ExpectedVersion | undefined,
): void {
  if (expected === undefined) return;
  const current = stored?.version;
  const fits =
    expected === 'any' ? stored !== undefined : current === (expected === 'none' ? undefined : expected);
  if (!fits) throw new VersionConflict(current);
}
