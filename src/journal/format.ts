import type { Environment, Table } from './environment.ts';

/** The data on disk was written by a newer Farad than this one. */
export class NewerDataError extends Error {
  override readonly name = 'NewerDataError';

  constructor(what: string, found: number, known: number) {
    super(
      `${what} has format ${found}, but this version of Farad knows formats up to ${known}: start the newer version, or use another data directory`,
    );
  }
}

const FORMAT = Buffer.from('format');

/** Writes the format of a new table, and refuses one that is newer than `known`. */
export function checkFormat(
  environment: Environment,
  meta: Table<unknown>,
  what: string,
  known: number,
): void {
  const found =
    (meta.get(FORMAT) as number | undefined) ??
    environment.transactSync(() => {
      const existing = meta.get(FORMAT) as number | undefined;
      if (existing === undefined) meta.put(FORMAT, known);
      return existing ?? known;
    });
  if (found > known) throw new NewerDataError(what, found, known);
}
