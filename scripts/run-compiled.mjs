import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, targets } from './build.mjs';
import { orExplain, setUp } from './setup.mjs';

/**
 * Brings everything up to date, then runs a compiled file of build/ in this process, with the arguments
 * given.
 */
export async function runCompiled(file) {
  await orExplain(() => setUp({ development: true, wanted: Object.values(targets) }));
  const main = join(root, 'build', file);
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
