import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../store/write-durably.ts';

/** The clause of a table's definition, which ClickHouse writes on a line of its own. */
const TIME_LIMIT = /^TTL .*\n/gm;

/**
 * Takes TTLs out of the definitions in a directory of the embedded engine, as ALTER TABLE ... REMOVE TTL
 * does; returns the paths of those that had one. To be called before the engine opens the directory: within
 * its first second it deletes what its clock takes for too old, which is before a statement can be run.
 */
export function removeStoredTimeLimits(path: string): string[] {
  const files = definitionsIn(join(path, 'store'), 2);
  return files.filter((file) => {
    const text = readFileSync(file, 'utf8');
    const without = text.replace(TIME_LIMIT, '');
    if (without === text) return false;
    writeDurably(file, without);
    return true;
  });
}

/** The `.sql` files that lie `depth` directories below. */
function definitionsIn(directory: string, depth: number): string[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (depth > 0) return entry.isDirectory() ? definitionsIn(path, depth - 1) : [];
    return entry.isFile() && entry.name.endsWith('.sql') ? [path] : [];
  });
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
