import { createRequire } from 'node:module';
import type { Config } from '../config/schema.ts';
import { StartError } from './start-error.ts';

/**
 * Throws StartError when there is neither a ClickHouse server to write to nor the embedded engine on this
 * machine.
 */
export function requireAnalyticsEngine(
  config: { readonly clickhouse: Pick<Config['clickhouse'], 'url'> },
  isInstalled: () => boolean = chdbIsInstalled,
): void {
  if (config.clickhouse.url !== '' || isInstalled()) return;
  throw new StartError(
    'no analytics engine: the optional package chdb is not installed and clickhouse.url is empty; ' +
      'install chdb or set clickhouse.url to a ClickHouse server',
  );
}

/** chdb is a small package that brings its engine as one more, made for the platform. */
function chdbIsInstalled(): boolean {
  try {
    const chdb = createRequire(import.meta.url).resolve('chdb/package.json');
    const besideChdb = createRequire(chdb);
    const { optionalDependencies = {} } = besideChdb(chdb) as {
      optionalDependencies?: Record<string, string>;
    };
    return Object.keys(optionalDependencies).some((engine) => {
      try {
        besideChdb.resolve(`${engine}/package.json`);
        return true;
      } catch {
        return false; // the engine of another platform
      }
    });
  } catch {
    return false; // the package itself is absent
  }
}
