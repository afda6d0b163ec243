import type { Environment } from '../journal/environment.ts';
import { NewerDataError } from '../journal/format.ts';

/** Brings the records of an aggregate from one version to the next; runs inside a write transaction. */
export type Migration = (environment: Environment) => void;

/** Records of one kind. They are at version 1 plus the number of migrations. */
export interface Aggregate {
  readonly name: string;
  /** The first one leads from version 1 to 2. Never changed once released, only added to. */
  readonly migrations: readonly Migration[];
}

/** A kind of records that is not as this Farad writes it. */
export interface SchemaDifference {
  readonly name: string;
  /** Its version in the environment. */
  readonly found: number;
  /** The newest version that this Farad knows; 0 for a kind of records that it does not know at all. */
  readonly known: number;
}

/** Returns what `bringUpToDate` would migrate, or refuse where `found` is the higher one. Changes nothing. */
export function schemaDifferences(
  environment: Environment,
  aggregates: readonly Aggregate[],
): SchemaDifference[] {
  const versions = environment.records<number>('schema');
  const known = knownVersions(aggregates);
  return [...versions.getRange({})]
    .map(({ key, value: found }) => ({ name: Buffer.from(key).toString(), found }))
    .map(({ name, found }) => ({ name, found, known: known.get(name) ?? 0 }))
    .filter(({ found, known: newest }) => found !== newest);
}

/**
 * Makes the records of an environment what this Farad expects. An older directory is migrated, each aggregate
 * in one write transaction, by whichever process comes first; the others wait for it. Throws NewerDataError
 * where a newer Farad has written, and then changes nothing.
 */
export function bringUpToDate(
  environment: Environment,
  where: string,
  aggregates: readonly Aggregate[],
): void {
  for (const { name, found, known } of schemaDifferences(environment, aggregates))
    if (found > known) throw new NewerDataError(`"${name}" in ${where}`, found, known);
  const versions = environment.records<number>('schema');
  for (const { name, migrations } of aggregates) {
    const key = Buffer.from(name);
    if (versions.get(key) === migrations.length + 1) continue;
    environment.transactSync(() => {
      // What never was written needs no migration.
      const found = versions.get(key) ?? migrations.length + 1;
      for (const migrate of migrations.slice(found - 1)) migrate(environment);
      versions.put(key, migrations.length + 1);
    });
  }
}

function knownVersions(aggregates: readonly Aggregate[]): Map<string, number> {
  return new Map(aggregates.map(({ name, migrations }) => [name, migrations.length + 1]));
}
