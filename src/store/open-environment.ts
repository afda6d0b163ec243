import { join } from 'node:path';
import { DISK_RESERVE } from '../journal/disk-space.ts';
import { Environment } from '../journal/environment.ts';
import { aggregatesIn } from './aggregates.ts';
import { bringUpToDate } from './schema-version.ts';

/** Opens an environment of the store, creating or migrating it where needed. Throws NewerDataError. */
export function openEnvironment(
  dataDir: string,
  name: 'directory' | 'state',
  diskReserve = DISK_RESERVE,
): Environment {
  const environment = new Environment(join(dataDir, name), { diskReserve, isGathered: true });
  bringUpToDate(environment, environment.path, aggregatesIn(name));
  return environment;
}
