import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './build.mjs';
import { orExplain, setUp } from './setup.mjs';

await orExplain(() => setUp());
// In this very process, so that a signal meets the supervisor and nothing else.
const main = join(root, 'dist/main.js');
process.argv.splice(1, 1, main, 'serve');
await import(pathToFileURL(main).href);
