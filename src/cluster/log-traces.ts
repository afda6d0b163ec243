import type { Environment } from '../journal/environment.ts';
import { LOG_TABLES, ORIGIN } from './lmdb-copy.ts';

/**
 * Forgets what an environment knows of any log, and blocks until that is on the disk. What it holds is then
 * the beginning of the log with this identity; without one the machine is alone.
 */
export function beginFrom(environment: Environment, identity?: string): void {
  const tables = LOG_TABLES.map((name) => environment.records(name));
  environment.transactSync(() => {
    for (const table of tables) for (const key of [...table.getKeys({})]) table.remove(key);
    if (identity !== undefined) environment.records(LOG_TABLES[0]).put(ORIGIN, [0, identity]);
  });
}
